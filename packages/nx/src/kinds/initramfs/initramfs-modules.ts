import { dirname, join } from 'node:path';
import { copy, ensureDir, outputFile, readFile } from 'fs-extra';
import { DEPMOD_FILES, runDepmod, SYMBOL_VERSIONS } from '@bringup/kbuild';
import { nearNames, UserError, withTemporaryDirectory } from '@bringup/process';
import {
  formatBusyboxIndex,
  parameterFiles,
  selectModules,
  type FileContent,
  type FileTree,
  type KernelModules,
  type TreeEntry,
} from '@bringup/rootfs';
import type { FullInitramfsOptions } from '../../generated/initramfs-options.js';
import { modulesByKernel } from './available-modules.js';
import { moduleKernel, type TakenModules } from '../../trees/module-kernels.js';
import { artifactPath } from '../../tasks/referenced.js';
import type { Task } from '../../tasks/task.js';

/** The work of an init for the modules in its tree. */
export interface ModulesPlan {
  /** Names for modprobe, in order. */
  readonly load: readonly string[];
  /** Adds modules, what they need, depmod's data, and their parameters. */
  addTo(tree: FileTree): Promise<void>;
}

/**
 * Finds the modules that an initramfs takes, and all that they need.
 *
 * @throws UserError `NOT_A_MODULE_PROJECT`, `NOT_A_KERNEL_PROJECT`, `ARCH_MISMATCH`, `MODULES_OFF`, `NOT_BUILT`,
 *   `MODULE_OTHER_KERNEL`, `UNKNOWN_MODULE`, `UNKNOWN_PARAMETER`, `MODULE_PARAMETER`, `MODULE_DEPENDENCY_MISSING`,
 *   `MODULE_UNRESOLVED`
 */
export async function planModules(
  task: Task,
  { arch, modules }: Pick<FullInitramfsOptions, 'arch' | 'modules'>,
): Promise<ModulesPlan> {
  const kernels = await modulesByKernel(task, arch, modules.filter(isTaken));
  const chosen = new Map<string, string[]>();
  const load: string[] = [];
  const parameters: TreeEntry[] = [];
  for (const entry of modules) {
    if (!isTaken(entry)) {
      load.push(entry);
      continue;
    }
    const kernel = moduleKernel(task, entry);
    const { all, ofProject } = kernels.get(kernel)!;
    const names = chosenNames(
      task,
      all,
      entry,
      'project' in entry ? ofProject.get(entry.project)! : undefined,
    );
    chosen.set(kernel, [...(chosen.get(kernel) ?? []), ...names]);
    if (entry.load !== false) load.push(...names);
    parameters.push(...parametersOf(all, entry, names));
  }
  return {
    load,
    addTo: async (tree) => {
      for (const [kernel, names] of chosen) await addKernel(task, tree, kernels.get(kernel)!.all, names);
      for (const file of parameters) tree.add(file);
    },
  };
}

function isTaken(entry: string | TakenModules): entry is TakenModules {
  return typeof entry !== 'string';
}

/** The names of an entry that are modules. @throws UserError `UNKNOWN_MODULE` */
function chosenNames(
  task: Task,
  all: KernelModules,
  entry: TakenModules,
  own: readonly string[] | undefined,
): string[] {
  const source = 'project' in entry ? entry.project : entry.kernel;
  const names = (entry.names ?? own ?? []).map((name) => name.replaceAll('-', '_'));
  const known = own ?? [...all.modules.keys()];
  return names.filter((name) => {
    if (known.includes(name)) return true;
    if (own === undefined && all.builtIn.has(name)) {
      task.note(`modules: ${name} is built into ${source}, so there is nothing to add`);
      return false;
    }
    throw unknownModule(name, source, known, own === undefined);
  });
}

function unknownModule(name: string, source: string, known: readonly string[], ofKernel: boolean): UserError {
  const near = nearNames(name, known);
  const there =
    near.length > 0 ? `Near: ${near.join(', ')}` : `It has ${known.slice(0, 8).join(', ') || 'none'}`;
  const cure = ofKernel ? `, or turn it on as a module (=m): nx run ${source}:menuconfig` : '';
  const message = `modules: ${source} has no module ${name}. ${there}${cure}`;
  return new UserError('UNKNOWN_MODULE', message, { name, source, near });
}

/** @throws UserError `MODULE_PARAMETER`, `UNKNOWN_PARAMETER` */
function parametersOf(all: KernelModules, entry: TakenModules, names: readonly string[]): TreeEntry[] {
  const { parameters = {} } = entry;
  const [first] = Object.keys(parameters);
  if (first === undefined) return [];
  const [name, ...others] = names;
  if (name === undefined || others.length > 0) {
    const message =
      name === undefined
        ? `modules: the parameter ${first} is for a module that is built in: write MODULE.${first}=… into the board's append`
        : `modules: the parameter ${first} belongs to one of ${names.join(', ')}: give that one an entry of its own, with "names": ["…"]`;
    throw new UserError('MODULE_PARAMETER', message, { parameter: first, names });
  }
  const known = all.modules.get(name)!.info.parameters;
  const unknown = Object.keys(parameters).find((parameter) => !known.includes(parameter));
  if (unknown !== undefined) {
    const list = known.length > 0 ? `Its parameters: ${known.join(', ')}` : 'It has none';
    const message = `modules: ${name} has no parameter ${unknown}. ${list}`;
    throw new UserError('UNKNOWN_PARAMETER', message, { name, parameter: unknown, known });
  }
  return parameterFiles(name, parameters);
}

async function addKernel(
  task: Task,
  tree: FileTree,
  all: KernelModules,
  names: readonly string[],
): Promise<void> {
  const { kernel, release, lists } = all;
  const modules = selectModules(all, names);
  const place = `lib/modules/${release}`;
  const add = (path: string, content: FileContent) =>
    tree.add({ path: `${place}/${path}`, type: 'file', mode: 0o644, uid: 0, gid: 0, content });
  for (const { path, content } of modules) add(path, content);
  for (const { name, content } of lists) add(name, content);
  add('modules.dep.bb', { data: Buffer.from(formatBusyboxIndex(modules)) });
  await withTemporaryDirectory('modules', async (directory) => {
    const staged = [...modules, ...lists.map(({ name, content }) => ({ path: name, content }))];
    for (const { path, content } of staged) await writeContent(join(directory, place, path), content);
    const symbols = artifactPath(task, kernel, SYMBOL_VERSIONS);
    await runDepmod(directory, release, { symbols, signal: task.signal });
    for (const name of DEPMOD_FILES) {
      const data = await readFile(join(directory, place, name)).catch(() => undefined);
      if (data) add(name, { data });
    }
  });
}

async function writeContent(path: string, content: FileContent): Promise<void> {
  await ensureDir(dirname(path));
  if ('hostFile' in content) await copy(content.hostFile, path);
  else await outputFile(path, content.data);
}
