import {
  BASE_DEVICES,
  BASE_DIRECTORIES,
  DEFAULT_INIT,
  FileTree,
  initPrograms,
  planInit,
  type InitOptions,
} from '@bringup/rootfs';
import { ARCH_MACHINES } from '@bringup/qemu';
import { UserError } from '@bringup/process';
import type { FullInitramfsOptions } from '../../generated/initramfs-options.js';
import { planModules } from './initramfs-modules.js';
import { addBusybox, addParts } from '../../trees/tree-parts.js';
import type { Task } from '../../tasks/task.js';

/**
 * Puts a tree together from the parts that the options name, later parts over earlier ones.
 *
 * @returns the tree, and the programs that its init needs there
 */
export async function initramfsTree(
  task: Task,
  options: FullInitramfsOptions,
): Promise<{ tree: FileTree; programs: string[] }> {
  const modules = await planModules(task, options);
  const init = initOptions(options, modules.load);
  const tree = new FileTree();
  for (const { path, mode } of BASE_DIRECTORIES) tree.add({ type: 'directory', path, mode, uid: 0, gid: 0 });
  for (const device of BASE_DEVICES) tree.add({ type: 'device', uid: 0, gid: 0, ...device });
  await addBusybox(task, tree, options.arch, options.busybox);
  tree.merge(planInit(init));
  await modules.addTo(tree);
  await addParts(task, tree, options);
  return { tree, programs: initPrograms(init) };
}

function initOptions(options: FullInitramfsOptions, modules: readonly string[]): InitOptions {
  const { init, initProgram, login, hostname, startup } = options;
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
