import { basename, join, relative, resolve } from 'node:path';
import { pathExists, readFile, realpath } from 'fs-extra';
import { UserError } from '@bringup/process';
import { parseDependencies, parseLinked } from './dependencies.js';
import type { CompileStep, LinkStep } from './plan.js';
import { isToolchainFile, type ToolchainFiles } from './toolchain-files.js';

/** The files that a build of a program may read. */
export interface AllowedFiles {
  /** The workspace root, absolute. */
  readonly directory: string;
  /** Where objects and temporary files lie, relative to it. */
  readonly out: string;
  /** Sources and headers; relative to it, or absolute. */
  readonly listed: readonly string[];
  readonly toolchain: ToolchainFiles;
}

/**
 * Holds what the preprocessor and the assembler read for one source against what is listed, and so in the hash.
 *
 * @throws UserError `FILE_NOT_LISTED`
 */
export async function checkCompiled(step: CompileStep, allowed: AllowedFiles): Promise<void> {
  const list = async (file: string) =>
    parseDependencies(await readFile(join(allowed.directory, file), 'utf8'));
  const included = step.included === undefined ? [] : await list(step.included);
  // The assembler lists the name in gcc's `.file` as well: the source's, without its directory.
  const assembled = (await list(step.assembled)).filter((file) => file !== basename(step.source));
  await checkRead([...included, ...assembled], `${step.source} includes`, allowed);
}

/** The same for the linker: libraries and scripts; for rustc, which links, the crate's files as well. @throws UserError `FILE_NOT_LISTED` */
export async function checkLinked(step: LinkStep, allowed: AllowedFiles): Promise<void> {
  const list = (file: string) => readFile(join(allowed.directory, file), 'utf8');
  if (step.rust) {
    const read = parseDependencies(await list(step.rust.included));
    await checkRead(read, `${step.rust.source} reads`, allowed);
  }
  await checkRead(parseLinked(await list(step.linked)), 'the linker reads', allowed);
}

async function checkRead(read: readonly string[], who: string, allowed: AllowedFiles): Promise<void> {
  const { directory, toolchain } = allowed;
  const real = (path: string) => realpath(resolve(directory, path));
  const listed = new Set(await Promise.all(allowed.listed.map(real)));
  const root = await real('.');
  const out = `${await real(allowed.out)}/`;
  for (const file of new Set(read)) {
    // The compiler's temporary files are gone by now, and a name in `.file` need not be a file's.
    if (!(await pathExists(resolve(directory, file)))) continue;
    const path = await real(file);
    if (listed.has(path) || path.startsWith(out) || isToolchainFile(path, toolchain)) continue;
    const shown = path.startsWith(`${root}/`) ? relative(root, path) : path;
    const message =
      `${who} ${shown}, which neither "sources" nor "headers" names and which does not come with the compiler or the ` +
      `C library: an edit of it would not be noticed. Add it: "headers": [${JSON.stringify(shown)}]`;
    throw new UserError('FILE_NOT_LISTED', message, { file: shown });
  }
}
