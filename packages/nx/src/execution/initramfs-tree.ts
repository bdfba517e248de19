import { isAbsolute, join, resolve } from 'node:path';
import { stat } from 'fs-extra';
import {
  BASE_DEVICES,
  BASE_DIRECTORIES,
  DEFAULT_INIT,
  FileTree,
  planInit,
  treeFromDirectory,
  treeFromTar,
  type TreeEntry,
} from '@bringup/rootfs';
import { ARCH_MACHINES } from '@bringup/qemu';
import { UserError } from '@bringup/process';
import type { FullInitramfsOptions } from '../generated/initramfs-options.js';
import { parseFileReference } from '../project/references.js';
import { normalizedMode } from './overlay.js';
import { artifactPath, checkArch } from './referenced.js';
import type { Task } from './task.js';

/** Puts a tree together from the parts that the options name, later parts over earlier ones. */
export async function initramfsTree(task: Task, options: FullInitramfsOptions): Promise<FileTree> {
  const tree = new FileTree();
  for (const { path, mode } of BASE_DIRECTORIES) tree.add({ type: 'directory', path, mode, uid: 0, gid: 0 });
  for (const device of BASE_DEVICES) tree.add({ type: 'device', uid: 0, gid: 0, ...device });
  if (options.busybox !== undefined) {
    checkArch(task, { option: 'busybox', project: options.busybox, arch: options.arch });
    tree.merge(await treeFromTar(artifactPath(task, options.busybox, 'busybox.tar')));
  }
  tree.merge(planInit(initOptions(options)));
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
  return tree;
}

function initOptions(options: FullInitramfsOptions): Parameters<typeof planInit>[0] {
  const { init, initProgram, login, hostname, startup, modules } = options;
  if (init === 'program' && initProgram === undefined) {
    throw new UserError(
      'NO_INIT_PROGRAM',
      'init: program needs initProgram, the path of a program in the guest',
    );
  }
  return {
    ...DEFAULT_INIT,
    style: init,
    console: options.console ?? ARCH_MACHINES[options.arch].console,
    login,
    hostname,
    startup,
    modules,
    ...(initProgram === undefined ? {} : { program: initProgram }),
    ...(options.mounts === undefined ? {} : { mounts: options.mounts }),
    ...(options.users === undefined
      ? {}
      : { users: options.users.map((user) => ({ shell: '/bin/sh', ...user })) }),
    ...(options.groups === undefined ? {} : { groups: options.groups }),
  };
}

function addExplicitEntries(tree: FileTree, options: FullInitramfsOptions): void {
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

async function fileEntry(task: Task, file: FullInitramfsOptions['files'][number]): Promise<TreeEntry> {
  const { path, from, mode, uid = 0, gid = 0 } = file;
  const reference = parseFileReference(from);
  const hostFile =
    reference.kind === 'artifact'
      ? artifactPath(task, reference.project, reference.artifact)
      : isAbsolute(from)
        ? from
        : join(task.workspaceRoot, from);
  const found = await stat(hostFile).catch((error: NodeJS.ErrnoException) => {
    throw new UserError(
      'FILE_MISSING',
      `files: ${from} cannot be read (${error.code}): ${hostFile}`,
      { from, hostFile },
      error,
    );
  });
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
