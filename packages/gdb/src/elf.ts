import { runProgram, ToolError, UserError } from '@bringup/process';

/** A section that has a place in memory, or debug information. */
export interface ElfSection {
  name: string;
  /** Where it is linked to; 0 for one that is not loaded. */
  address: bigint;
  size: bigint;
}

/** The facts about an ELF file that a debug session needs. */
export interface ElfFacts {
  /** As readelf names it: `AArch64`, `Advanced Micro Devices X86-64`. */
  machine: string;
  entry: bigint;
  sections: readonly ElfSection[];
  /** The loaded segments: the address where each runs, and where it is placed. The two differ for an x86 kernel. */
  segments: readonly { virtual: bigint; physical: bigint }[];
  /** Lower-case hexadecimal digits. */
  buildId?: string;
  hasSymbols: boolean;
  hasDebugInfo: boolean;
}

/**
 * The facts of an ELF file of any architecture, by readelf.
 *
 * @throws UserError `NOT_ELF`
 * @throws ToolError `TOOL_MISSING`
 */
export async function readElf(file: string, signal?: AbortSignal): Promise<ElfFacts> {
  const argv = ['readelf', '--wide', '--file-header', '--sections', '--segments', '--notes', file] as const;
  const { stdout } = await runProgram(argv, { signal }).catch((error: unknown) => {
    if (error instanceof ToolError && error.code === 'TOOL_FAILED') throw notElf(file, error);
    throw error;
  });
  if (!stdout.includes('ELF Header:')) throw notElf(file);
  return parseReadelf(stdout);
}

function notElf(file: string, cause?: unknown): UserError {
  const message = `${file} is not an ELF file with symbols. Name the vmlinux that the kernel build produced`;
  return new UserError('NOT_ELF', message, { file }, cause);
}

/** Reads what `readelf --wide --file-header --sections --segments --notes` prints (binutils, C locale). */
export function parseReadelf(text: string): ElfFacts {
  const field = (name: string) => new RegExp(`^ *${name}: *(.*)$`, 'm').exec(text)?.[1]?.trim() ?? '';
  const sections = [...text.matchAll(SECTION)].map(([, name, address, size]) => ({
    name: name!,
    address: BigInt(`0x${address}`),
    size: BigInt(`0x${size}`),
  }));
  const has = (pattern: RegExp) => sections.some(({ name }) => pattern.test(name));
  return {
    machine: field('Machine'),
    entry: BigInt(field('Entry point address') || 0),
    sections,
    segments: [...text.matchAll(SEGMENT)].map(([, virtual, physical]) => ({
      virtual: BigInt(virtual!),
      physical: BigInt(physical!),
    })),
    buildId: BUILD_ID.exec(text)?.[1],
    hasSymbols: has(/^\.symtab$/),
    hasDebugInfo: has(/^\.z?debug_info$/),
  };
}

const SECTION = /^ +\[ *\d+\] (\S+) +[A-Z][A-Z_0-9]* +([0-9a-f]+) [0-9a-f]+ ([0-9a-f]+) /gm;
const SEGMENT = /^ +LOAD +0x[0-9a-f]+ (0x[0-9a-f]+) (0x[0-9a-f]+) /gm;
const BUILD_ID = /\bBuild ID: ([0-9a-f]+)$/m;

/** A file that carries a build id. */
export interface BuildIdFile {
  path: string;
  buildId: string;
}

/** The build ids of ELF files. Files without one are skipped. */
export async function readBuildIds(files: readonly string[], signal?: AbortSignal): Promise<BuildIdFile[]> {
  if (files.length === 0) return [];
  // readelf prints names only when it gets more than one file: hence /dev/null.
  const { stdout } = await runProgram(['readelf', '--wide', '--notes', ...files, '/dev/null'], {
    signal,
    okExitCodes: [0, 1],
  });
  return parseBuildIds(stdout);
}

/** Reads what readelf prints of several files, each under its name. */
export function parseBuildIds(text: string): BuildIdFile[] {
  return text.split(/^File: /m).flatMap((part) => {
    const buildId = BUILD_ID.exec(part)?.[1];
    return buildId === undefined ? [] : [{ path: part.slice(0, part.indexOf('\n')), buildId }];
  });
}
