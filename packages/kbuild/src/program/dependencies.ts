/**
 * The prerequisites of the first rule of a list of dependencies, as gcc (`-MD`) and as (`--MD`) write them for make:
 * continued lines, and `\\ `, `\\#`, `$$` for what make would read otherwise.
 */
export function parseDependencies(text: string): string[] {
  const [rule = ''] = text.replace(/\\\r?\n/g, ' ').split('\n');
  const start = rule.search(/:(\s|$)/);
  if (start < 0) return [];
  const names = rule.slice(start + 1).match(/(?:\\[ #]|\S)+/g) ?? [];
  return names.map((name) => name.replace(/\\([ #])/g, '$1').replaceAll('$$', '$'));
}

/** The same of ld (`--dependency-file`), which puts each name on a line of its own and escapes nothing. */
export function parseLinked(text: string): string[] {
  const [, ...names] = text.split('\n\n')[0]!.split(/ \\\n {2}/);
  return names.map((name) => name.replace(/\n$/, ''));
}
