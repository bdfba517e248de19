import { join } from 'node:path';
import { pathExists, readdir, readFile } from 'fs-extra';
import { joinErrors, UserError } from '@bringup/process';
import { parseConfig, type ConfigRequest } from '@bringup/kconfig';
import type { Arch } from '../programs/arches.js';
import type { KconfigProgram } from '../programs/programs.js';
import { divideByVersion, type RequestsByVersion } from './by-version.js';

/**
 * Where a fragment's lines come from: a file of the workspace, a preset that ships with Bringup, a fragment of
 * the source tree itself, or an option that stands for a line.
 */
export type FragmentReference =
  | { readonly kind: 'file'; readonly path: string; readonly shown: string }
  | { readonly kind: 'tree'; readonly name: string }
  | { readonly kind: 'option'; readonly option: string; readonly line: string };

/**
 * Reads fragments in order.
 *
 * @throws UserError `FRAGMENT_MISSING`, `FRAGMENT_SYNTAX`, `TREE_VERSION_UNKNOWN`
 */
export async function readFragmentRequests(
  references: readonly FragmentReference[],
  program: KconfigProgram,
  arch: Arch,
  sourcePath: string,
): Promise<RequestsByVersion> {
  const all: ConfigRequest[] = [];
  const files = await parseFragmentFiles(references);
  for (const reference of references) {
    if (reference.kind === 'option') {
      all.push(...parseConfig(reference.line, `option ${reference.option}`));
    } else if (reference.kind === 'file') {
      all.push(...files.get(reference)!);
    } else {
      // Not the user's to correct: kernel/configs/android-base.config has a string without quotes.
      for (const { path, shown } of await findTreeFragments(reference.name, program, arch, sourcePath))
        all.push(...parseConfig(await readFile(path, 'utf8'), shown, { anyValue: true }));
    }
  }
  return divideByVersion(all, program, sourcePath);
}

/**
 * The requests of the fragments that are files, by their references.
 *
 * @throws UserError `FRAGMENT_MISSING`, `FRAGMENT_SYNTAX`: one error with the faults of all files
 */
export async function parseFragmentFiles(
  references: readonly FragmentReference[],
): Promise<Map<FragmentReference, ConfigRequest[]>> {
  const parsed = new Map<FragmentReference, ConfigRequest[]>();
  const errors: UserError[] = [];
  for (const reference of references) {
    if (reference.kind !== 'file') continue;
    const { path, shown } = reference;
    try {
      parsed.set(reference, parseConfig(await readFragmentFile(path, shown), shown));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      errors.push(error);
    }
  }
  const [first, ...more] = errors;
  if (first) throw joinErrors([first, ...more]);
  return parsed;
}

/** The requests of fragments that count in this tree, in order. @throws as {@link readFragmentRequests} */
export async function readFragments(
  ...[references, program, arch, sourcePath]: Parameters<typeof readFragmentRequests>
): Promise<readonly ConfigRequest[]> {
  return (await readFragmentRequests(references, program, arch, sourcePath)).requests;
}

/** A fragment's text. @throws UserError `FRAGMENT_MISSING` */
async function readFragmentFile(path: string, shown: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UserError(
      'FRAGMENT_MISSING',
      `fragment ${shown} cannot be read (${error.code}). Paths are relative to the workspace root, or begin with ` +
        `{projectRoot}/, preset: or tree:.`,
      { fragment: shown },
      error,
    );
  });
}

/** All of that name, the arch's own last, as `make NAME.config` merges them (configfiles in scripts/kconfig/Makefile). */
async function findTreeFragments(
  name: string,
  program: KconfigProgram,
  arch: Arch,
  sourcePath: string,
): Promise<{ path: string; shown: string }[]> {
  const directories = program.treeFragments(arch);
  const found: { path: string; shown: string }[] = [];
  for (const directory of directories) {
    const path = join(sourcePath, directory, name);
    if (await pathExists(path)) found.push({ path, shown: `tree:${directory}/${name}` });
  }
  if (found.length > 0) return found;
  const known = await Promise.all(
    directories.map((directory) => readdir(join(sourcePath, directory)).catch(() => [])),
  );
  const names = known.flat().filter((file) => file.endsWith('.config'));
  throw new UserError(
    'FRAGMENT_MISSING',
    `the ${program.title} source has no fragment ${name} for ${arch} in ${directories.join(' or ')}. It has: ${names.join(', ')}`,
    { name, names },
  );
}
