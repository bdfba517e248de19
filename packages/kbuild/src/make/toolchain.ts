import { basename } from 'node:path';
import { pathExists } from 'fs-extra';
import {
  ARCHITECTURES,
  crossPackages,
  describeInstall,
  hostDistribution,
  probeVersion,
  runProgram,
  sha256File,
  ToolError,
  type Arch,
} from '@bringup/process';
import { LOCK_NAME } from '../lock/index.js';
import { UPDATE_COMMAND } from '../sources/index.js';
import type { KconfigProgram } from '../programs/programs.js';

/** Tool name, as `bringup.lock` has it, to version line. */
export type ToolVersions = Readonly<Record<string, string>>;

/**
 * The cross prefix of a build: the arch's own unless one was given. Debian's compiler for the host's own architecture has such
 * a name too.
 */
export function crossPrefix(arch: Arch, given?: string): string {
  return given ?? `${ARCHITECTURES[arch].triple}-`;
}

/** Tools whose version leaves its mark: suffixes of the cross prefix, and tools of the host by name. */
type ToolSet = Pick<KconfigProgram, 'tools' | 'hostTools'>;

/**
 * The tools that compile and link for the target: GNU's with a cross prefix, or LLVM's, which have the same names for all
 * arches. The kernel's Makefile derives LLVM's target from the arch (`LLVM=1`, Documentation/kbuild/llvm.rst).
 */
export interface Toolchain {
  readonly prefix: string;
  readonly llvm: boolean;
}

/** The LLVM tools whose version leaves its mark in a kernel: compiler and assembler, linker, and the tool that makes the image. */
const LLVM_TOOLS = ['clang', 'ld.lld', 'llvm-objcopy'];

/** The toolchain that options name. */
export function toolchainOf(arch: Arch, options: { crossCompile?: string; llvm?: boolean }): Toolchain {
  return { prefix: crossPrefix(arch, options.crossCompile), llvm: options.llvm ?? false };
}

/** The names under which a program's tools stand in the lock: no directory of this host in them. */
export function toolNames(program: ToolSet, { prefix, llvm }: Toolchain): string[] {
  const tools = llvm ? LLVM_TOOLS : program.tools.map((suffix) => basename(`${prefix}${suffix}`));
  return [...tools, ...program.hostTools];
}

/**
 * Asks this host's toolchain for its versions. The version of the C library, which goes into static programs, is the
 * hash of its archive.
 *
 * @throws ToolError `TOOL_MISSING` naming the package that has the compiler
 */
export async function probeTools(program: ToolSet, { prefix, llvm }: Toolchain): Promise<ToolVersions> {
  const versions: Record<string, string> = {};
  for (const name of llvm ? LLVM_TOOLS : []) versions[name] = await probeVersion(name);
  for (const suffix of llvm ? [] : program.tools) {
    const name = basename(`${prefix}${suffix}`);
    versions[name] =
      suffix === 'libc' ? await libraryVersion(prefix) : await probeVersion(`${prefix}${suffix}`);
  }
  for (const name of program.hostTools) versions[name] = await probeVersion(name);
  return versions;
}

/** The Debian package with the C library that a compiler links statically, as a host of another architecture has it. */
export function staticLibraryPackage(prefix: string): string {
  const known = Object.values(ARCHITECTURES).find(({ triple }) => `${triple}-` === basename(prefix));
  return known ? crossPackages(known).library : 'libc6-dev';
}

async function libraryVersion(prefix: string): Promise<string> {
  const { stdout } = await runProgram([`${prefix}gcc`, '-print-file-name=libc.a']);
  const archive = stdout.trim();
  if (!(await pathExists(archive))) {
    const debian = staticLibraryPackage(prefix);
    const remedy = describeInstall(debian, hostDistribution());
    const message = `${prefix}gcc has no static C library (libc.a). ${remedy}`;
    throw new ToolError('TOOL_MISSING', message, { prefix, debian });
  }
  return `libc.a sha256:${(await sha256File(archive)).slice(0, 16)}`;
}

/** How a host differs from the lock. */
export interface ToolDifference {
  readonly name: string;
  readonly locked: string | undefined;
  readonly found: string;
}

/** The tools whose version here is not the locked one; a tool that is not locked at all is one of them. */
export function compareTools(
  locked: ToolVersions,
  found: ToolVersions,
  lockKey: (name: string) => string,
): ToolDifference[] {
  return Object.entries(found)
    .map(([name, version]) => ({ name, locked: locked[lockKey(name)], found: version }))
    .filter((tool) => tool.locked !== tool.found);
}

/** Says what differs, and what to do about it. */
export function describeToolDifferences(differences: readonly ToolDifference[]): string {
  const lines = differences.map(
    ({ name, locked, found }) => `  ${name}: locked ${locked ?? 'nothing'}, here ${found}`,
  );
  return [
    `the tools on this machine are not those of ${LOCK_NAME}:`,
    ...lines,
    `Install the locked ones, or move the lock on for the whole workspace with: ${UPDATE_COMMAND}`,
  ].join('\n');
}
