import { isAbsolute, join, relative } from 'node:path';
import { readdir, readlink, realpath } from 'fs-extra';
import { UserError } from '@bringup/process';

/**
 * Refuses what a source tree has no use for and an attacker has: links that lead out of the tree, and devices.
 *
 * @throws UserError `SOURCE_UNSAFE`, `SOURCE_EMPTY`
 */
export async function checkTree(tree: string): Promise<void> {
  if ((await readdir(tree)).length === 0) {
    throw new UserError(
      'SOURCE_EMPTY',
      'the source is empty. If it is a tarball, nothing was left after its leading directories were dropped: correct "stripComponents"',
    );
  }
  const root = await realpath(tree);
  const visit = async (directory: string): Promise<void> => {
    for (const entry of await readdir(directory, { withFileTypes: true })) {
      const path = join(directory, entry.name);
      if (entry.isDirectory()) await visit(path);
      else if (entry.isSymbolicLink()) await checkLink(root, directory, path);
      else if (!entry.isFile()) throw unsafe(root, path, 'which is neither file, directory nor link');
    }
  };
  await visit(root);
}

async function checkLink(root: string, directory: string, path: string): Promise<void> {
  const target = await readlink(path);
  const refusal = unsafe(root, path, `a link that leads out of it (${target})`);
  if (isAbsolute(target)) throw refusal;
  // Step by step, because `link/..` is not where it stands in the text when `link` is a link itself.
  let place = directory;
  for (const part of target.split('/')) {
    const next = join(place, part);
    place = await realpath(next).catch(() => next);
    if (place !== root && !place.startsWith(`${root}/`)) throw refusal;
  }
}

function unsafe(root: string, path: string, what: string): UserError {
  const name = relative(root, path);
  return new UserError('SOURCE_UNSAFE', `the source holds ${name}, ${what}: it is not used`, { name });
}
