/** Whether an option's path is a pattern: `*` and `?` are wildcards, and every other character stands for itself. */
export function isGlob(path: string): boolean {
  return /[*?]/.test(path);
}

/** The directory above the first component with a wildcard: what has to be walked. */
export function globBase(pattern: string): string {
  const names = pattern.split('/');
  return names.slice(0, names.findIndex(isGlob)).join('/') || '.';
}

/**
 * A pattern as a regular expression: `*` and `?` inside one component, and the component `**` for any number of them. Undefined
 * for a pattern in which `**` is only a part of a component.
 */
export function globExpression(pattern: string): RegExp | undefined {
  const names = pattern.split('/');
  const parts = names.map((name, index) => {
    const isLast = index === names.length - 1;
    if (name === '**') return isLast ? '.+' : '(?:[^/]+/)*';
    if (name.includes('**')) return undefined;
    const escaped = name
      .replace(/[.+^$()|[\]{}\\]/g, '\\$&')
      .replaceAll('*', '[^/]*')
      .replaceAll('?', '[^/]');
    return isLast ? escaped : `${escaped}/`;
  });
  return parts.includes(undefined) ? undefined : new RegExp(`^${parts.join('')}$`, 'su');
}

/**
 * Characters that Nx reads as a part of a pattern. Its two matchers, one for hashes and one for `nx affected`, have no
 * common way to escape these, but both read `?` as any one character.
 */
const READ_BY_NX = /[[\]{}()!#|\\^]/g;

/** A pattern of ours as both of Nx's matchers read it. It also matches names that differ in one of {@link READ_BY_NX}. */
export function nxPattern(pattern: string): string {
  return pattern.replace(READ_BY_NX, '?');
}

/** A path, in which no character is a wildcard, as a pattern for Nx: see {@link nxPattern}. */
export function nxPath(path: string): string {
  return nxPattern(path.replaceAll('*', '?'));
}
