import { chmod, ensureDir } from 'fs-extra';
import { join, resolve } from 'node:path';
import { runProgram, UserError, withTemporaryDirectory, type Argv, type RunOptions } from '@bringup/process';
import { writeTar, type FileTree } from '@bringup/rootfs';

/** tar(5), ustar: seven octal digits, of which the tar writer uses six; GNU tar passes over the record for more. */
const TAR_MINOR_MAX = 0o777777;

/** Where fakeroot keeps owners, modes and device numbers. */
const OWNERS = 'owners';

/** A tree as a directory, for programs that read one. */
interface StagedTree {
  /** The directory that holds the tree's root. */
  directory: string;
  /** A directory for other temporary files, which is the parent of `directory` and is removed with it. */
  scratch: string;
  /** Runs a program in `scratch` so that it sees the owners, modes and device nodes of the tree. */
  run(argv: Argv, options?: Pick<RunOptions, 'env'>): Promise<void>;
}

/**
 * Lets `work` see a tree as a directory whose owners, modes and device nodes are those of the tree, without root:
 * fakeroot keeps them in a file of its own between the program that unpacks and the one that packs.
 *
 * @param parent where the tree is staged: it takes as much space as the image
 * @throws UserError `DEVICE_NUMBER` for a minor number that no tar holds
 */
export async function withStagedTree<T>(
  tree: FileTree,
  parent: string,
  work: (staged: StagedTree) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  checkMinors(tree);
  const stage = async (scratch: string): Promise<T> => {
    const [directory, archive] = [join(scratch, 'root'), join(scratch, 'root.tar')];
    await ensureDir(directory);
    await writeTar(tree, archive);
    const unpack = ['tar', '-xpf', archive, '-C', directory, '--numeric-owner'];
    // fakeroot evaluates these names in a shell, so they must not contain a path of the user's.
    await runProgram(['fakeroot', '-s', OWNERS, '--', ...unpack], { cwd: scratch, signal });
    await chmod(directory, 0o755);
    return await work({
      directory,
      scratch,
      run: async (argv, options) => {
        await runProgram(['fakeroot', '-i', OWNERS, '--', ...argv], { ...options, cwd: scratch, signal });
      },
    });
  };
  return await withTemporaryDirectory('disk', stage, resolve(parent));
}

function checkMinors(tree: FileTree): void {
  for (const entry of tree.entries()) {
    if (entry.type !== 'device' || entry.minor <= TAR_MINOR_MAX) continue;
    const message = `${entry.path}: minor number ${entry.minor} is above ${TAR_MINOR_MAX}, the most a disk image takes here`;
    throw new UserError('DEVICE_NUMBER', message, { path: entry.path, minor: entry.minor });
  }
}
