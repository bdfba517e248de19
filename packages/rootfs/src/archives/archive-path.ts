import type { UserError } from '@bringup/process';

/**
 * A member's name as a path of the tree: `./` in front and slashes behind are dropped, as archives of a directory
 * made with `tar -c .` or `find . | cpio -o` have them. `undefined` for the root itself.
 *
 * Absolute names and `..` are refused, not repaired: no honest writer makes them, and an unpacker that follows
 * them writes outside its directory.
 */
export function archivePath(name: string, refuse: (why: string) => UserError): string | undefined {
  if (name.startsWith('/')) throw refuse('an absolute path in an archive');
  const components = name.replace(/\/+$/, '').split('/');
  while (components[0] === '.') components.shift();
  if (components.includes('..')) throw refuse('a path that leaves the archive with ".."');
  return components.length === 0 ? undefined : components.join('/');
}
