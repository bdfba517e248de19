import { dirname, isAbsolute, join, resolve } from 'node:path';
import { pathExists, readFile, readdir, stat } from 'fs-extra';
import { GDB_SCRIPTS } from '@bringup/kbuild';
import { readBuildIds, readElf, type BuildIdFile, type ElfFacts } from '@bringup/gdb';
import { resolvedValues, type ConfigValues } from '@bringup/kconfig';
import { ARCHITECTURES, UserError } from '@bringup/process';
import type { FullDebugOptions } from '../../../generated/debug-options.js';
import { bootedKernel } from '../booted-kernel.js';
import { parseFileReference } from '../../../workspace/names-in-options.js';
import { variantOptions } from '../../../workspace/variants.js';
import { artifactPath, checkArch } from '../../../tasks/referenced.js';
import { requireBuilt } from '../../../tasks/require-built.js';
import type { ProjectContext } from '../../../tasks/project-context.js';
import type { Task } from '../../../tasks/task.js';

/** A file with symbols. */
export interface Symbols {
  path: string;
  elf: ElfFacts;
  /** The project that publishes it, where one does. */
  project?: string;
}

/** A kernel's symbols, with what lies beside them. */
export interface KernelSymbols extends Symbols {
  /** Empty where there is no `.config` beside the symbols. */
  config: ConfigValues;
  /** The archive of its `lx-` commands, where it has them. */
  scripts?: string;
}

/**
 * The symbols of the kernel that a board boots.
 *
 * @throws UserError `NO_SYMBOLS` where no kernel project is named, `NOT_BUILT`, `NOT_ELF`, `WRONG_ARCH`, `STRIPPED`, `NO_DEBUG_INFO`
 */
export async function kernelSymbols(task: Task, options: FullDebugOptions): Promise<KernelSymbols> {
  const { path, project } = symbolsFile(task, options);
  await requireBuilt(task, [path]);
  const elf = await readElf(path, task.signal);
  if (elf.machine !== ARCHITECTURES[options.arch].elf) {
    const message = `${path} is for ${elf.machine}, but ${task.project} is ${options.arch}. Name another vmlinux`;
    throw new UserError('WRONG_ARCH', message, { path, machine: elf.machine });
  }
  if (!elf.hasSymbols) {
    const message = `${path} is stripped: it has no symbols. Name the vmlinux that the kernel's build leaves, before strip`;
    throw new UserError('STRIPPED', message, { path });
  }
  if (!elf.hasDebugInfo) throw noDebugInfo(task, path, project);
  const [configFile, scripts] = [join(dirname(path), '.config'), join(dirname(path), GDB_SCRIPTS)];
  const values = resolvedValues((await pathExists(configFile)) ? await readBuilt(task, configFile) : '');
  const hasScripts = values.get('GDB_SCRIPTS') === 'y' && (await pathExists(scripts));
  if (hasScripts) await requireBuilt(task, [scripts]);
  return { path, elf, project, config: values, ...(hasScripts ? { scripts } : {}) };
}

async function readBuilt(task: ProjectContext, path: string): Promise<string> {
  await requireBuilt(task, [path]);
  return readFile(path, 'utf8');
}

function symbolsFile(task: ProjectContext, options: FullDebugOptions): { path: string; project?: string } {
  if (options.vmlinux !== undefined) {
    const file = parseFileReference(options.vmlinux);
    if (file.kind === 'file') return { path: resolve(task.workspaceRoot, file.path) };
    return { path: artifactPath(task, file.project, file.artifact), project: file.project };
  }
  const project = bootedKernel(options, (name) => {
    const declaration = task.declarationOf(name);
    return declaration && variantOptions(declaration);
  });
  if (project === undefined) {
    const message =
      `${task.project}: nothing says which kernel this board boots. ` +
      'Name its symbols by the option "vmlinux", as PROJECT:vmlinux';
    throw new UserError('NO_SYMBOLS', message, { project: task.project });
  }
  checkArch(task, { option: 'kernel', project, arch: options.arch });
  return { path: artifactPath(task, project, 'vmlinux'), project };
}

function noDebugInfo(task: ProjectContext, path: string, project: string | undefined): UserError {
  const declaration = project === undefined ? undefined : task.declarationOf(project);
  const variant = Object.entries(declaration?.configurations ?? {}).find(([, { extraFragments }]) =>
    [extraFragments].flat().includes('preset:debug'),
  )?.[0];
  const remedy =
    variant === undefined
      ? `Add "preset:debug" to the fragments of ${project ?? 'that kernel'}, or to extraFragments of a configuration of it`
      : `${project} has a variant with preset:debug: nx run ${task.project}:debug -c ${variant}`;
  return new UserError('NO_DEBUG_INFO', `${path} has no debug information. ${remedy}`, { path, project });
}

/** The symbols of the U-Boot that a board boots through; undefined where it has none. */
export async function uBootSymbols(task: Task, { boot }: FullDebugOptions): Promise<Symbols | undefined> {
  if (boot?.via !== 'u-boot') return undefined;
  const path = artifactPath(task, boot.uBoot, 'u-boot');
  await requireBuilt(task, [path]);
  return { path, elf: await readElf(path, task.signal), project: boot.uBoot };
}

/**
 * The modules whose symbols a session may load: of the projects that the board's initramfs takes modules from, and what the
 * option names. A module and its debug information apart
 * (`hello.ko.debug`) have one build id; the latter is behind the former in the list, and counts.
 *
 * @throws UserError `MODULE_MISSING`
 */
export async function moduleSymbols(
  task: Task,
  { modules, initramfs }: FullDebugOptions,
): Promise<BuildIdFile[]> {
  const files: string[] = [];
  for (const project of initramfs === undefined ? [] : moduleProjects(task, initramfs)) {
    const directory = artifactPath(task, project, '.');
    if (await pathExists(directory)) files.push(...(await moduleFiles(project, directory)));
  }
  for (const named of modules) {
    const file = parseFileReference(named);
    const path =
      file.kind === 'artifact'
        ? artifactPath(task, file.project, file.artifact)
        : isAbsolute(file.path)
          ? file.path
          : resolve(task.workspaceRoot, file.path);
    files.push(...(await moduleFiles(named, path)));
  }
  await requireBuilt(task, files);
  return readBuildIds([...new Set(files)], task.signal);
}

/** The projects whose modules an initramfs takes, as its option `modules` names them. */
function moduleProjects(task: ProjectContext, initramfs: string): string[] {
  const { modules } = task.declarationOf(initramfs)?.options ?? {};
  if (!Array.isArray(modules)) return [];
  const named = (modules as unknown[]).map((entry) => (entry as { project?: unknown } | null)?.project);
  return named.filter((project) => typeof project === 'string');
}

async function moduleFiles(named: string, path: string): Promise<string[]> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile()) return [path];
  if (found?.isDirectory()) {
    const names = (await readdir(path, { recursive: true })).map(String);
    return names
      .filter((name) => /\.ko(\.debug)?$/.test(name))
      .sort()
      .map((name) => join(path, name));
  }
  const message = `modules: ${named} is not there (${path}). Build it, or correct the option`;
  throw new UserError('MODULE_MISSING', message, { named, path });
}
