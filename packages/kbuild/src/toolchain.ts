import { basename } from 'node:path';
import { pathExists } from 'fs-extra';
import {
  describeInstall,
  hostDistribution,
  probeVersion,
  runProgram,
  sha256File,
  ToolError,
  UserError,
} from '@bringup/process';
import { ARCHES, type Arch } from './arches.js';
import type { KconfigProgram } from './programs.js';

/** Tool name, as `bringup.lock.json` has it, to version line. */
export type ToolVersions = Readonly<Record<string, string>>;

/** The cross prefix of a build: the arch's own unless one was given. */
export function crossPrefix(arch: Arch, given?: string): string {
  return given ?? ARCHES[arch].crossCompile;
}

/** Tools whose version leaves its mark: suffixes of the cross prefix, and tools of the host by name. */
type ToolSet = Pick<KconfigProgram, 'tools' | 'hostTools'>;

/** The names under which a program's tools stand in the lock: no directory of this host in them. */
export function toolNames(program: ToolSet, prefix: string): string[] {
  return [...program.tools.map((suffix) => basename(`${prefix}${suffix}`)), ...program.hostTools];
}

/**
 * Asks this host's toolchain for its versions. The C library, which a static program carries along, is told
 * by its archive's hash.
 *
 * @throws ToolError `TOOL_MISSING` naming the package that has the compiler
 */
export async function probeTools(program: ToolSet, prefix: string): Promise<ToolVersions> {
  const versions: Record<string, string> = {};
  for (const suffix of program.tools) {
    const name = basename(`${prefix}${suffix}`);
    versions[name] =
      suffix === 'libc' ? await libraryVersion(prefix) : await probeVersion(`${prefix}${suffix}`);
  }
  for (const name of program.hostTools) versions[name] = await probeVersion(name);
  return versions;
}

const LIBRARY_PACKAGES: Readonly<Record<string, { debian: string; native: string }>> = {
  'aarch64-linux-gnu-': { debian: 'libc6-dev-arm64-cross', native: 'arm64' },
  'arm-linux-gnueabihf-': { debian: 'libc6-dev-armhf-cross', native: 'arm' },
  'riscv64-linux-gnu-': { debian: 'libc6-dev-riscv64-cross', native: 'riscv64' },
  'x86_64-linux-gnu-': { debian: 'libc6-dev-amd64-cross', native: 'x64' },
};

/**
 * The Debian package with the C library that a compiler links statically.
 *
 * @param host as Node names its architecture: of that the host's own compiler has such a prefix as well
 */
export function staticLibraryPackage(prefix: string, host: string = process.arch): string {
  const known = LIBRARY_PACKAGES[basename(prefix)];
  return known && known.native !== host ? known.debian : 'libc6-dev';
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
export function describeToolDifferences(differences: readonly ToolDifference[], project: string): string {
  const lines = differences.map(
    ({ name, locked, found }) => `  ${name}: locked ${locked ?? 'nothing'}, here ${found}`,
  );
  return [
    `the tools on this machine are not those of bringup.lock.json:`,
    ...lines,
    `Take these for everybody with: nx run ${project}:update`,
  ].join('\n');
}

/** The error of a frozen run (`CI`), where a difference must not pass. */
export function frozenToolsError(differences: readonly ToolDifference[], project: string): UserError {
  return new UserError('TOOLS_DIFFER', describeToolDifferences(differences, project), { differences });
}
