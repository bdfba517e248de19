import { chmod, ensureDir } from 'fs-extra';
import { join } from 'node:path';
import { runProgram, UserError, withTemporaryDirectory, type Argv } from '@bringup/process';
import { writeTar, type FileTree } from '@bringup/rootfs';

/** tar(5), ustar: seven octal digits, of which the tar writer uses six; GNU tar passes over the record for more. */
const TAR_MINOR_MAX = 0o777777;

/** A tree as a directory, for programs that read one. */
export interface StagedTree {
  /** The directory that holds the tree's root. */
  directory: string;
  /** A place for other temporary files, gone with the directory. */
  scratch: string;
  /** `argv` started so that it sees the owners, modes and device nodes of the tree. */
  withOwners(argv: Argv): Argv;
}

/**
 * Lets `work` see a tree as a directory whose owners, modes and device nodes are those of the tree, without root:
 * fakeroot keeps them in a file of its own between the program that unpacks and the one that packs.
 *
 * @throws UserError `DEVICE_NUMBER` for a minor number that no tar holds
 */
export async function withStagedTree<T>(
  tree: FileTree,
  work: (staged: StagedTree) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  checkMinors(tree);
  return await withTemporaryDirectory('disk', async (scratch) => {
    const [directory, archive, state] = ['root', 'root.tar', 'owners'].map((name) => join(scratch, name)) as [
      string,
      string,
      string,
    ];
    await ensureDir(directory);
    await writeTar(tree, archive);
    await runProgram(
      ['fakeroot', '-s', state, '--', 'tar', '-xpf', archive, '-C', directory, '--numeric-owner'],
      { signal },
    );
    await chmod(directory, 0o755);
    return await work({
      directory,
      scratch,
      withOwners: (argv) => ['fakeroot', '-i', state, '--', ...argv],
    });
  });
}

function checkMinors(tree: FileTree): void {
  for (const entry of tree.entries()) {
    if (entry.type !== 'device' || entry.minor <= TAR_MINOR_MAX) continue;
    const message = `${entry.path}: minor number ${entry.minor} is above ${TAR_MINOR_MAX}, the most a disk image takes here`;
    throw new UserError('DEVICE_NUMBER', message, { path: entry.path, minor: entry.minor });
  }
}
