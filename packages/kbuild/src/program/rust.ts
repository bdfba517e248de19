import { join } from 'node:path';
import { readdir } from 'fs-extra';
import {
  ARCHITECTURES,
  debianPackageOf,
  runProgram,
  sha256File,
  ToolError,
  type Arch,
} from '@bringup/process';
import type { ToolVersions } from '../make/toolchain.js';

export function rustTriple(arch: Arch): string {
  return ARCHITECTURES[arch].rust;
}

/** The lock name of an architecture's standard library. */
export function rustLibraryName(arch: Arch): string {
  return `rust-std-${rustTriple(arch)}`;
}

/** Where rustc looks for the libraries of an architecture. @throws ToolError `TOOL_MISSING` */
export async function rustLibraryDirectory(arch: Arch): Promise<string> {
  const argv = ['rustc', `--target=${rustTriple(arch)}`, '--print=target-libdir'] as const;
  return (await runProgram(argv)).stdout.trim();
}

/**
 * The standard library, and core with it, by its content: a program carries it along.
 *
 * @throws ToolError `TOOL_MISSING` naming the package that has it
 */
export async function probeRustLibrary(arch: Arch): Promise<ToolVersions> {
  const directory = await rustLibraryDirectory(arch);
  const names = await readdir(directory).catch(() => []);
  const library = names.sort().find((name) => /^libstd-.*\.rlib$/.test(name));
  if (library === undefined) throw missingLibrary(arch, directory);
  const sha256 = await sha256File(join(directory, library));
  return { [rustLibraryName(arch)]: `${library} sha256:${sha256.slice(0, 16)}` };
}

function missingLibrary(arch: Arch, directory: string): ToolError {
  const { rust: triple, debian } = ARCHITECTURES[arch];
  const message =
    `rustc has no standard library for ${triple}: there is no libstd-*.rlib in ${directory}. Install it: ` +
    `rustup target add ${triple}, where rustc is rustup's; for Debian's rustc: ` +
    `dpkg --add-architecture ${debian} && apt-get update && apt-get install ${debianPackageOf('rust-std')}:${debian}`;
  return new ToolError('TOOL_MISSING', message, { triple });
}
