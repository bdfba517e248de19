import { isAbsolute, join, resolve } from 'node:path';
import { stat } from 'fs-extra';
import { treeFromDirectory, treeFromTar, type FileTree, type TreeEntry } from '@bringup/rootfs';
import type { Arch } from '@bringup/kbuild';
import { UserError } from '@bringup/process';
import type { FullInitramfsOptions } from '../generated/initramfs-options.js';
import { parseFileReference } from '../workspace/names-in-options.js';
import { normalizedMode } from './overlay.js';
import { artifactPath, checkArch } from '../tasks/referenced.js';
import { requireBuilt } from '../tasks/require-built.js';
import type { ProjectContext } from '../tasks/project-context.js';

/** The options by which every image names what is in its tree. */
export type Parts = Pick<
  FullInitramfsOptions,
  'overlays' | 'files' | 'directories' | 'devices' | 'symlinks' | 'permissions'
>;

/** Adds the install tree of a BusyBox project, where one is named. @throws UserError `ARCH_MISMATCH`, `TAR_MISSING` */
export async function addBusybox(
  task: ProjectContext,
  tree: FileTree,
  arch: Arch,
  busybox?: string,
): Promise<void> {
  if (busybox === undefined) return;
  checkArch(task, { option: 'busybox', project: busybox, arch });
  const tar = artifactPath(task, busybox, 'busybox.tar');
  await requireBuilt(task, [tar]);
  tree.merge(await treeFromTar(tar));
}

/**
 * Adds what the options name, later parts over earlier ones.
 *
 * @throws UserError `NO_ENTRY`, `FILE_MISSING`, and those of FileTree and {@link requireBuilt}
 */
export async function addParts(task: ProjectContext, tree: FileTree, options: Parts): Promise<void> {
  addExplicitEntries(tree, options);
  for (const file of options.files) tree.add(await fileEntry(task, file));
  for (const overlay of options.overlays)
    tree.merge(await treeFromDirectory(resolve(task.workspaceRoot, overlay)));
  for (const { path, mode, uid, gid } of options.permissions) {
    const entry = tree.get(path);
    if (!entry) throw new UserError('NO_ENTRY', `permissions: there is no ${path} in the tree`, { path });
    tree.add({
      ...entry,
      mode: mode === undefined ? entry.mode : octal(mode),
      uid: uid ?? entry.uid,
      gid: gid ?? entry.gid,
    });
  }
}

function addExplicitEntries(tree: FileTree, options: Parts): void {
  for (const { path, mode = '0755', uid = 0, gid = 0 } of options.directories) {
    tree.add({ type: 'directory', path, mode: octal(mode), uid, gid });
  }
  for (const { path, kind, major, minor, mode = '0600', uid = 0, gid = 0 } of options.devices) {
    tree.add({ type: 'device', path, kind, major, minor, mode: octal(mode), uid, gid });
  }
  for (const { path, target } of options.symlinks) {
    tree.add({ type: 'symlink', path, target, mode: 0o777, uid: 0, gid: 0 });
  }
}

async function fileEntry(task: ProjectContext, file: Parts['files'][number]): Promise<TreeEntry> {
  const { path, from, mode, uid = 0, gid = 0 } = file;
  const reference = parseFileReference(from);
  const hostFile =
    reference.kind === 'artifact'
      ? artifactPath(task, reference.project, reference.artifact)
      : isAbsolute(from)
        ? from
        : join(task.workspaceRoot, from);
  const found = await stat(hostFile).catch(async (error: NodeJS.ErrnoException) => {
    if (reference.kind === 'artifact' && task.declarationOf(reference.project))
      await requireBuilt(task, [hostFile]);
    throw new UserError(
      'FILE_MISSING',
      `files: ${from} cannot be read (${error.code}): ${hostFile}`,
      { from, hostFile },
      error,
    );
  });
  await requireBuilt(task, [hostFile]);
  return {
    type: 'file',
    path,
    mode: mode === undefined ? normalizedMode(found.mode) : octal(mode),
    uid,
    gid,
    content: { hostFile },
  };
}

function octal(text: string): number {
  return Number.parseInt(text, 8);
}
