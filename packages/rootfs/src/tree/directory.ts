import { readdirSync, lstatSync, readlinkSync, statSync, type Dirent } from 'fs-extra';
import { join, resolve } from 'node:path';
import { UserError } from '@bringup/process';
import type { TreeEntry } from './entry.js';
import { FileTree } from './file-tree.js';

/**
 * The tree of an overlay directory. Everything is root's; directories and files their owner may execute are 0755,
 * other files 0644, since git keeps no more than that and a clone's umask must not show in an image. Symlinks are
 * kept unchanged; contents are read only when the tree is written.
 *
 * @throws UserError `OVERLAY_MISSING`, `OVERLAY_KIND`, `OVERLAY_NAME`
 */
export async function treeFromDirectory(directory: string): Promise<FileTree> {
  const root = resolve(directory);
  const status = statSync(root, { throwIfNoEntry: false });
  if (!status) {
    const message = `overlay ${directory} does not exist: make the directory, or correct the option that names it`;
    throw new UserError('OVERLAY_MISSING', message, { directory });
  }
  if (!status.isDirectory()) {
    throw new UserError('OVERLAY_KIND', `overlay ${directory} is not a directory`, { directory });
  }
  const tree = new FileTree();
  walk(root, '', tree);
  return tree;
}

/** Synchronous like openContent, and for the same reason. */
function walk(host: string, prefix: string, tree: FileTree): void {
  for (const child of readdirSync(host, { withFileTypes: true })) {
    const path = prefix + child.name;
    const hostPath = join(host, child.name);
    // Node puts U+FFFD where a name is not UTF-8, and such a name cannot be opened again.
    if (child.name.includes('\uFFFD')) {
      throw new UserError('OVERLAY_NAME', `${hostPath}: the name is not UTF-8, rename it`, {
        path: hostPath,
      });
    }
    tree.add(toEntry(child, path, hostPath));
    if (child.isDirectory()) walk(hostPath, `${path}/`, tree);
  }
}

function toEntry(child: Dirent, path: string, hostPath: string): TreeEntry {
  const base = { path, uid: 0, gid: 0, mode: 0o755 };
  if (child.isDirectory()) return { ...base, type: 'directory' };
  if (child.isSymbolicLink()) return { ...base, type: 'symlink', target: readlinkSync(hostPath) };
  if (child.isFile()) {
    const mode = lstatSync(hostPath).mode & 0o100 ? 0o755 : 0o644;
    return { ...base, type: 'file', mode, content: { hostFile: hostPath } };
  }
  const message = `${hostPath} is a device, socket or fifo: an overlay holds files, directories and symlinks; declare device nodes instead`;
  throw new UserError('OVERLAY_KIND', message, { path: hostPath });
}
