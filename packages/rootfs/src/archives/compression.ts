import { probeVersion, UserError } from '@bringup/process';

/** How an initramfs is compressed; the kernel needs the matching CONFIG_RD_… symbol. */
export type Compression = 'gzip' | 'zstd' | 'lz4' | 'xz' | 'none';

export const COMPRESSIONS: readonly Compression[] = ['gzip', 'zstd', 'lz4', 'xz', 'none'];

interface Compressor {
  /** The program, where it is not Node's own zlib. */
  program?: string;
  levels?: { min: number; max: number; default: number };
  /** Reads stdin, writes stdout, from one thread, without name or time. */
  args?: (level: number) => readonly string[];
}

/** Default levels are the programs' own. */
const COMPRESSORS: Readonly<Record<Compression, Compressor>> = {
  gzip: { levels: { min: 1, max: 9, default: 6 } },
  zstd: {
    program: 'zstd',
    levels: { min: 1, max: 22, default: 3 },
    args: (level) => ['-q', '-c', '-T1', ...(level > 19 ? ['--ultra'] : []), `-${level}`],
  },
  lz4: {
    program: 'lz4',
    levels: { min: 1, max: 12, default: 1 },
    // The kernel's lib/decompress_unlz4.c reads only the legacy frame ("LZ4_MAGIC 0x184C2102").
    args: (level) => ['-q', '-c', '-l', `-${level}`],
  },
  xz: {
    program: 'xz',
    levels: { min: 0, max: 9, default: 6 },
    // Documentation/staging/xz.rst: the decoder in the kernel "supports CRC32" only as integrity check.
    args: (level) => ['-q', '-c', '-T1', '--check=crc32', `-${level}`],
  },
  none: {},
};

function compressorOf(compression: Compression): Compressor {
  if (Object.hasOwn(COMPRESSORS, compression)) return COMPRESSORS[compression];
  const message = `compression ${JSON.stringify(compression)} is not known: use one of ${COMPRESSIONS.join(', ')}`;
  throw new UserError('BAD_COMPRESSION', message, { compression });
}

/** The program whose version decides the bytes; `undefined` for gzip, which is Node's zlib, and for none. */
export function compressionTool(compression: Compression): string | undefined {
  return compressorOf(compression).program;
}

/**
 * The tool that compressed the bytes, with its version, for the lock file; `undefined` if nothing is compressed.
 *
 * @throws ToolError `TOOL_MISSING`
 */
export async function compressionToolVersion(compression: Compression): Promise<string | undefined> {
  const { program } = compressorOf(compression);
  if (program) return probeVersion(program);
  return compression === 'gzip' ? `zlib ${process.versions.zlib}` : undefined;
}

/** How to compress: in this process (gzip), by a program (`argv`), or not at all. */
type CompressionPlan =
  | { kind: 'none' }
  | { kind: 'gzip'; level: number }
  | { kind: 'program'; argv: readonly [string, ...string[]] };

/**
 * @param level the compressor's own scale; its default without one
 * @throws UserError `BAD_COMPRESSION`, `BAD_COMPRESSION_LEVEL`
 */
export function planCompression(compression: Compression, level?: number): CompressionPlan {
  const { program, levels, args } = compressorOf(compression);
  if (!levels) {
    if (level === undefined) return { kind: 'none' };
    throw new UserError('BAD_COMPRESSION_LEVEL', `compression ${compression} has no level: remove it`, {
      level,
    });
  }
  const chosen = level ?? levels.default;
  if (!Number.isInteger(chosen) || chosen < levels.min || chosen > levels.max) {
    const message = `compression level ${chosen} is not one of ${compression}'s: use ${levels.min} to ${levels.max}`;
    throw new UserError('BAD_COMPRESSION_LEVEL', message, { compression, level: chosen, ...levels });
  }
  return program && args
    ? { kind: 'program', argv: [program, ...args(chosen)] }
    : { kind: 'gzip', level: chosen };
}
