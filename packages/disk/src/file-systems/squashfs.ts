import { remove, truncate } from 'fs-extra';
import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { writeAside } from '@bringup/process';
import type { FileTree } from '@bringup/rootfs';
import type { FileSystemOptions } from './file-system-options.js';
import { IMAGE_TIME } from '../common/identity.js';
import { tooSmall } from '../common/size.js';
import { withStagedTree } from '../common/staging.js';

/**
 * Writes a tree as squashfs, compressed with zlib, which every kernel that has squashfs reads.
 *
 * @throws UserError `IMAGE_TOO_SMALL` for a fixed size that the compressed tree exceeds
 */
export async function writeSquashfs(tree: FileTree, path: string, options: FileSystemOptions): Promise<void> {
  const times = ['-mkfs-time', '-all-time'].flatMap((option) => [option, String(IMAGE_TIME)]);
  await writeAside(path, async (aside) => {
    await remove(aside);
    await withStagedTree(
      tree,
      dirname(path),
      ({ directory, run }) => {
        const quiet = ['-noappend', '-no-progress', '-quiet', '-no-xattrs'];
        return run(['mksquashfs', directory, resolve(aside), ...quiet, ...times]);
      },
      options.signal,
    );
    if (options.size === 'auto') return;
    const { size } = await stat(aside);
    if (size > options.size) throw tooSmall('squashfs file system', options.size, size);
    await truncate(aside, options.size);
  });
}
