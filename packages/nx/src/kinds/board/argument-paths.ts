import { statSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { isOutside } from '../../workspace/links.js';

/**
 * The files and directories that arguments of QEMU name: an argument of its own (`-initrd FILE`), the value of a property
 * (`-drive file=FILE,if=virtio`, `file:FILE`, `fat:rw:DIRECTORY`), or one in JSON. We do not know all of QEMU's options, so every
 * argument counts that exists in the workspace or is written as a path: the file may have been deleted.
 *
 * @returns paths as they are written, each relative to the workspace or absolute
 */
export function argumentPaths(
  args: readonly string[],
  workspaceRoot: string,
): { files: string[]; directories: string[] } {
  const found = { files: [] as string[], directories: [] as string[] };
  for (const path of new Set(args.flatMap(candidates))) {
    const kind = kindOf(workspaceRoot, path);
    if (kind) found[kind].push(path);
  }
  return found;
}

/** Parts of an argument that may be a path. QEMU writes a comma in a value twice. */
function candidates(argument: string): string[] {
  if (argument.trimStart().startsWith('{')) return stringsIn(argument);
  const properties = argument.replaceAll(',,', '\0').split(',');
  const values = properties.flatMap((property) => {
    const written = property.replaceAll('\0', ',');
    const value = written.slice(written.indexOf('=') + 1);
    return [written, value, ...afterColons(value)];
  });
  return [argument, ...values];
}

/** The text behind each colon: `fat:rw:DIRECTORY`, `file:FILE`. */
function afterColons(value: string): string[] {
  const parts = value.split(':');
  return parts.slice(1).map((_, index) => parts.slice(index + 1).join(':'));
}

function stringsIn(json: string): string[] {
  const strings: string[] = [];
  try {
    JSON.parse(json, (_key, value: unknown) => {
      if (typeof value === 'string') strings.push(value, ...afterColons(value));
    });
  } catch {
    return []; // QEMU reports the error.
  }
  return strings;
}

/** Paths that are not a user's files: the root directory, and the host kernel's virtual file systems. */
const NO_FILES = /^\/+((dev|proc|sys)(\/.*)?)?$/;

/** How a candidate counts; undefined when it is not written as a path and does not exist. */
function kindOf(workspaceRoot: string, path: string): 'files' | 'directories' | undefined {
  if (path === '' || path.startsWith('-') || path.includes('\0') || NO_FILES.test(path)) return undefined;
  const place = resolve(workspaceRoot, path);
  // The graph is the same on every machine: it looks at nothing outside the workspace.
  const found = isOutside(relative(workspaceRoot, place)) ? undefined : statOf(place);
  if (found?.isDirectory()) return 'directories';
  return found || /[./]/.test(path) ? 'files' : undefined;
}

function statOf(path: string) {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined; // A name that is too long, or a circle of links.
  }
}
