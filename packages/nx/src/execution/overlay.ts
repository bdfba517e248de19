import { constants } from 'node:fs';
import { resolve } from 'node:path';
import { stat } from 'fs-extra';
import { FileTree, hashTree, treeFromDirectory } from '@bringup/rootfs';

/** The mode a file of the workspace gets in an image: only the executable bit counts, so no clone's umask matters. */
export function normalizedMode(mode: number): number {
  return mode & constants.S_IXUSR ? 0o755 : 0o644;
}

/** One hash for a file or directory as an initramfs would take it. */
export async function hashPath(path: string): Promise<string> {
  const absolute = resolve(path);
  const found = await stat(absolute);
  if (found.isDirectory()) return hashTree(await treeFromDirectory(absolute));
  const file = new FileTree().add({
    type: 'file',
    path: 'file',
    mode: normalizedMode(found.mode),
    uid: 0,
    gid: 0,
    content: { hostFile: absolute },
  });
  return hashTree(file);
}
