/**
 * The prerequisites of the first rule of a list of dependencies, as gcc (`-MD`), as (`--MD`) and ld
 * (`--dependency-file`) write them for make: continued lines, `\ ` and `\#` and `$$` for what make would read otherwise.
 */
export function parseDependencies(text: string): string[] {
  const [rule = ''] = text.replace(/\\\r?\n/g, ' ').split('\n');
  const start = rule.search(/:(\s|$)/);
  if (start < 0) return [];
  const names = rule.slice(start + 1).match(/(?:\\[ #]|\S)+/g) ?? [];
  return names.map((name) => name.replace(/\\([ #])/g, '$1').replaceAll('$$', '$'));
}
