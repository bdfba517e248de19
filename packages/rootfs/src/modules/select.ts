import { posix } from 'node:path';
import { UserError } from '@bringup/process';
import { openContent } from '../tree/content.js';
import type { FileContent } from '../tree/entry.js';
import type { FileTree } from '../tree/file-tree.js';
import { moduleName, readModinfo, type Modinfo } from './modinfo.js';

/** A module's file, and what it says of itself. */
export interface ModuleFile {
  /** Below `lib/modules/RELEASE`: `kernel/fs/9p/9p.ko`. */
  path: string;
  content: FileContent;
  info: Modinfo;
}

/** All the modules for one kernel. */
export interface KernelModules {
  /** The kernel's project, for messages. */
  kernel: string;
  release: string;
  /** By name. A project's module replaces the kernel's own of the same name. */
  modules: ReadonlyMap<string, ModuleFile>;
  /** Names of drivers that are built in, and thus have no module file. */
  builtIn: ReadonlySet<string>;
  /** The files that `make modules_install` writes beside them: `modules.order`, `modules.builtin`, `modules.builtin.modinfo`. */
  lists: readonly { name: string; content: FileContent }[];
}

const LISTS = ['modules.order', 'modules.builtin', 'modules.builtin.modinfo'];

/**
 * The modules in a tree as `make modules_install` leaves it.
 *
 * @throws UserError `BAD_MODULES` for a tree that is none, `NOT_A_MODULE`
 */
export function readKernelModules(tree: FileTree, kernel: string): KernelModules {
  const entries = tree.entries();
  const release = /^lib\/modules\/([^/]+)$/;
  const [root, ...others] = entries.filter(({ path, type }) => type === 'directory' && release.test(path));
  if (!root || others.length > 0) {
    const message = `the modules of ${kernel} are not those of one kernel: build it again (nx run ${kernel}:build)`;
    throw new UserError('BAD_MODULES', message, { kernel });
  }
  const modules = new Map<string, ModuleFile>();
  const lists: { name: string; content: FileContent }[] = [];
  for (const entry of entries) {
    if (entry.type !== 'file' || !entry.path.startsWith(`${root.path}/`)) continue;
    const path = entry.path.slice(root.path.length + 1);
    if (LISTS.includes(path)) lists.push({ name: path, content: entry.content });
    if (moduleName(path) === undefined) continue;
    const file = readModuleFile(path, entry.content);
    modules.set(file.info.name, file);
  }
  const builtIn = lists.find(({ name }) => name === 'modules.builtin');
  return {
    kernel,
    release: posix.basename(root.path),
    modules,
    builtIn: new Set(builtIn ? namesIn(textOf(builtIn.content)) : []),
    lists,
  };
}

/** A module from its file. @throws UserError `NOT_A_MODULE` */
export function readModuleFile(path: string, content: FileContent): ModuleFile {
  const opened = openContent(path, content);
  try {
    const info = readModinfo(opened.read, path);
    if (info) return { path, content, info };
  } finally {
    opened.close();
  }
  const message = `${path} is not a kernel module: it has no vermagic. Build it again`;
  throw new UserError('NOT_A_MODULE', message, { path });
}

function textOf(content: FileContent): string {
  const opened = openContent('modules.builtin', content);
  try {
    return opened.read(0, opened.size).toString('utf8');
  } finally {
    opened.close();
  }
}

function namesIn(list: string): string[] {
  return list.split('\n').flatMap((line) => moduleName(line.trim()) ?? []);
}

/**
 * The named modules and all that they need, what is needed first.
 *
 * @param names as the kernel calls them
 * @throws UserError `MODULE_DEPENDENCY_MISSING`
 */
export function selectModules(all: KernelModules, names: readonly string[]): ModuleFile[] {
  const chosen = new Map<string, ModuleFile>();
  const visiting = new Set<string>();
  const visit = (name: string, neededBy: string | undefined): void => {
    if (chosen.has(name) || all.builtIn.has(name) || visiting.has(name)) return;
    visiting.add(name);
    const file = all.modules.get(name);
    if (!file) throw missingDependency(all, name, neededBy);
    for (const other of file.info.depends) visit(other, name);
    // A soft dependency may be missing, as a driver that this kernel does not have.
    for (const other of file.info.softDepends) if (all.modules.has(other)) visit(other, name);
    chosen.set(name, file);
  };
  for (const name of names) visit(name, undefined);
  return [...chosen.values()];
}

function missingDependency(all: KernelModules, name: string, neededBy: string | undefined): UserError {
  const message =
    `modules: ${neededBy ?? 'one of them'} needs the module ${name}, which ${all.kernel} does not have. ` +
    `Build it (nx run ${all.kernel}:menuconfig), or name the project that makes it as well`;
  return new UserError('MODULE_DEPENDENCY_MISSING', message, { name, neededBy, kernel: all.kernel });
}
