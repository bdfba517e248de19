import { dirname, join, resolve } from 'node:path';
import { open } from 'node:fs/promises';
import { pathExists, readFile } from 'fs-extra';
import {
  bringupHome,
  lockField,
  patchedIdentity,
  presentSource,
  readLock,
  type SourceSpec,
} from '@bringup/kbuild';
import { FIT_ARCHES, type FitArch } from '@bringup/disk';
import { symbolsMismatch } from '@bringup/gdb';
import { UserError } from '@bringup/process';
import { parseLoadedImages, type BesideRun } from '@bringup/qemu';
import type { FullDebugOptions } from '../../../generated/debug-options.js';
import { workDirectory } from '../../../workspace/paths.js';
import { variantOptions } from '../../../workspace/variants.js';
import { kernelImage } from '../../../tasks/artifacts.js';
import type { KernelSymbols, Symbols } from './debug-symbols.js';
import { artifactPath } from '../../../tasks/referenced.js';
import { requireBuilt } from '../../../tasks/require-built.js';
import type { ProjectContext } from '../../../tasks/project-context.js';
import type { Task } from '../../../tasks/task.js';
import { texts } from '../../../options/unchecked.js';
import { loadPatches } from '../../kconfig/patches.js';

/** Where the kernel's first byte is when it starts, or why that is not known. */
export interface Load {
  loadAddress?: bigint;
  noLoadAddress?: string;
}

/**
 * The physical address of arm64's Image: QEMU says it of a direct boot; under U-Boot it is where its environment or the
 * FIT has it loaded to. x86_64 needs none, its ELF has it.
 *
 * @throws UserError `NO_KERNEL_ADDR` where U-Boot's environment has none
 */
export async function loadAddress(
  task: ProjectContext,
  options: FullDebugOptions,
  run: BesideRun,
): Promise<Load> {
  const { arch, boot, kernel } = options;
  if (boot?.via === 'uefi' || boot?.via === 'iso')
    return { noLoadAddress: "the kernel's EFI stub moves it to where there is room" };
  if (arch === 'x86_64') return {};
  if (boot?.via === 'u-boot') return { loadAddress: await kernelAddr(task, options, boot) };
  const image = kernel === undefined ? undefined : kernelImage(task, kernel, arch);
  const loaded = parseLoadedImages(await run.ask('info roms')).find(({ name }) => name === image);
  if (loaded === undefined) return { noLoadAddress: 'QEMU does not say where it put the kernel' };
  return { loadAddress: loaded.address };
}

async function kernelAddr(
  task: ProjectContext,
  { arch }: FullDebugOptions,
  boot: { uBoot: string; image?: string },
): Promise<bigint> {
  const declaration = boot.image === undefined ? undefined : task.declarationOf(boot.image);
  if (
    declaration !== undefined &&
    variantOptions(declaration).type !== 'ramdisk' &&
    Object.hasOwn(FIT_ARCHES, arch)
  )
    return BigInt(FIT_ARCHES[arch as FitArch].load);
  const path = artifactPath(task, boot.uBoot, 'u-boot-initial-env');
  await requireBuilt(task, [path]);
  const value = /^kernel_addr_r=(?:0x)?([0-9a-f]+)$/im.exec(await readFile(path, 'utf8'))?.[1];
  if (value !== undefined) return BigInt(`0x${value}`);
  const message = `${path} has no kernel_addr_r: where ${boot.uBoot} puts the kernel is not known. Use --at=u-boot or --at=start_kernel`;
  throw new UserError('NO_KERNEL_ADDR', message, { path });
}

/**
 * The board's options with `nokaslr`, where its kernel would choose its addresses at random.
 *
 * @throws UserError `KASLR` where the command line is on a medium that was made before
 */
export function withoutKaslr(
  task: ProjectContext,
  options: FullDebugOptions,
  kernel: KernelSymbols,
): FullDebugOptions {
  const random = kernel.config.get('RANDOMIZE_BASE') === 'y';
  if (!random || /(^|\s)nokaslr(\s|$)/.test(options.append)) return options;
  const via = options.boot?.via ?? 'kernel';
  if (via === 'kernel' || via === 'disk')
    return { ...options, append: `${options.append} nokaslr`.trimStart() };
  const message =
    `the kernel chooses its addresses at random (CONFIG_RANDOMIZE_BASE=y), and the command line of boot via ${via} is on ` +
    `its medium. Add "nokaslr" to the option append of what makes that, or preset:debug to the kernel's fragments`;
  throw new UserError('KASLR', message, { project: task.project });
}

/**
 * Compares the build ids of an uncompressed Image, in which the notes lie as in memory, and of the symbols. A packed kernel is
 * compared in the guest's memory.
 *
 * @throws UserError `SYMBOLS_MISMATCH`
 */
export async function requireSameKernel(
  task: ProjectContext,
  options: FullDebugOptions,
  kernel: KernelSymbols,
): Promise<void> {
  const { arch, boot } = options;
  const { elf, path } = kernel;
  const notes = elf.sections.find(({ name }) => name === '.notes');
  const first = elf.segments[0];
  const direct = boot === undefined || boot.via === 'kernel' || boot.via === 'disk';
  if (arch !== 'arm64' || !direct || options.kernel === undefined || !notes || !first || !elf.buildId) return;
  const image = await open(kernelImage(task, options.kernel, arch), 'r');
  try {
    const bytes = Buffer.alloc(Number(notes.size));
    await image.read(bytes, 0, bytes.length, Number(notes.address - first.virtual));
    if (bytes.includes(Buffer.from(elf.buildId, 'hex'))) return;
    throw symbolsMismatch(path, elf.buildId, gnuBuildId(bytes));
  } finally {
    await image.close();
  }
}

/** elf(5), Nhdr: sizes of name and value, type 3, the name GNU with its zero, the value. */
function gnuBuildId(notes: Buffer): string | undefined {
  const head = notes.indexOf(Buffer.from('03000000474e5500', 'hex'));
  if (head < 4) return undefined;
  return notes.toString('hex', head + 8, head + 8 + notes.readUInt32LE(head - 4));
}

/** The prefix by which debug information names a source, an output directory and the workspace (`kbuild`, `-fdebug-prefix-map`). */
const DEBUG_PREFIX = '/usr/src/bringup';

/** The directories of this machine that have the files named by a project's debug information; those that are missing are left out. */
export async function sourcePaths(task: Task, { project, path }: Symbols): Promise<[string, string][]> {
  if (project === undefined) return [];
  const known: [string, string][] = [];
  const source = await sourceOf(task, project);
  if (source !== undefined) known.push([`${DEBUG_PREFIX}/source`, source]);
  else task.note(`the source of ${project} is not on this machine: gdb names lines, and cannot show them`);
  const plain = artifactPath({ ...task, configuration: undefined }, project, '.');
  const variant = dirname(path) === join(plain, '.') ? undefined : task.configuration;
  const out = join(workDirectory(task.workspaceRoot, project, variant), 'out');
  if (await pathExists(out)) known.push([`${DEBUG_PREFIX}/out`, out]);
  return [...known, [`${DEBUG_PREFIX}/workspace`, task.workspaceRoot]];
}

async function sourceOf(task: ProjectContext, project: string): Promise<string | undefined> {
  const declaration = task.declarationOf(project);
  const spec = declaration?.options.source as SourceSpec | undefined;
  if (spec === undefined) return undefined;
  const placed = spec.kind === 'directory' ? { ...spec, path: resolve(task.workspaceRoot, spec.path) } : spec;
  const lock = await readLock(task.workspaceRoot);
  const patches = await loadPatches(task.workspaceRoot, texts(declaration?.options.patches));
  return presentSource(placed, lock.sources[lockField(project)], bringupHome(process.env), (identity) =>
    patchedIdentity(identity, patches),
  );
}
