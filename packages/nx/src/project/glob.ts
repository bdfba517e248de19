/** Whether a path of an option is a pattern. */
export function isGlob(path: string): boolean {
  return /[*?[\]{}!]/.test(path);
}

/** The directory above the first component with a wildcard: what has to be walked. */
export function globBase(pattern: string): string {
  const names = pattern.split('/');
  return names.slice(0, names.findIndex(isGlob)).join('/') || '.';
}

/**
 * What a pattern matches, for the wildcards that mean the same to everybody, Nx's hash of inputs among them: `*` and
 * `?` inside one component, and the component `**` for any number of them. Undefined for a pattern with others.
 */
export function globExpression(pattern: string): RegExp | undefined {
  if (/[[\]{}!]/.test(pattern)) return undefined;
  const names = pattern.split('/');
  const parts = names.map((name, index) => {
    const isLast = index === names.length - 1;
    if (name === '**') return isLast ? '.+' : '(?:[^/]+/)*';
    if (name.includes('**')) return undefined;
    const escaped = name
      .replace(/[.+^$()|\\]/g, '\\$&')
      .replaceAll('*', '[^/]*')
      .replaceAll('?', '[^/]');
    return isLast ? escaped : `${escaped}/`;
  });
  return parts.includes(undefined) ? undefined : new RegExp(`^${parts.join('')}$`);
}
