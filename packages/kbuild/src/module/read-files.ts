import { join, relative, resolve } from 'node:path';
import { readdir, readFile, realpath } from 'fs-extra';
import { UserError } from '@bringup/process';
import { isToolchainFile, type ToolchainFiles } from '../program/toolchain-files.js';

/** The prerequisites in a `.NAME.o.cmd` file, as scripts/basic/fixdep writes them for make. */
export function parseKbuildDependencies(text: string): string[] {
  const start = /^(?:source|deps)_\S+ := /m;
  const rest = text.split('\n');
  const names: string[] = [];
  let listing = false;
  for (const line of rest) {
    if (start.test(line)) listing = true;
    if (!listing) continue;
    const value = line.replace(/^\S+ := /, '').replace(/\\$/, '');
    // fixdep's `$(wildcard include/config/X)`: files whose time says that the option X changed.
    names.push(
      ...value
        .replace(/\$\(wildcard [^)]*\)/g, '')
        .split(/\s+/)
        .filter(Boolean),
    );
    listing = line.endsWith('\\');
  }
  return names;
}

interface ModuleFiles {
  /** Where the module's declared files were copied to, as the workspace has them; make's output lies there too. */
  readonly staging: string;
  /** Where make ran: the prepared kernel. */
  readonly out: string;
  /** The kernel's source. */
  readonly source: string;
  readonly toolchain: ToolchainFiles;
}

/**
 * Holds what the compiler read against what is hashed: the module's files, the kernel, the compiler's own. A file of
 * the workspace that is not among the sources was not there to be found; one with an absolute path was.
 *
 * @throws UserError `FILE_NOT_LISTED`
 */
export async function checkModuleFiles(files: ModuleFiles): Promise<void> {
  const { staging, out, source, toolchain } = files;
  const inside = await Promise.all([staging, out, source].map((path) => realpath(path)));
  const seen = new Set<string>();
  for (const name of await readdir(staging, { recursive: true })) {
    if (!/(^|\/)\.[^/]*\.cmd$/.test(String(name))) continue;
    for (const file of parseKbuildDependencies(await readFile(join(staging, String(name)), 'utf8'))) {
      const path = await realpath(resolve(out, file)).catch(() => undefined);
      // A temporary file of make's is gone by now.
      if (path === undefined || seen.has(path)) continue;
      seen.add(path);
      if (inside.some((root) => path.startsWith(`${root}/`)) || isToolchainFile(path, toolchain)) continue;
      const who = relative(staging, join(staging, String(name))).replace(/(^|\/)\.([^/]*)\.cmd$/, '$1$2');
      const message =
        `${who} is made from ${path}, which is neither of the kernel's nor among "sources": an edit of it would not be noticed. ` +
        'Put it into the workspace, add it to "sources", and include it by a relative path';
      throw new UserError('FILE_NOT_LISTED', message, { file: path });
    }
  }
}
