import {
  ARCHITECTURES,
  debianPackageOf,
  describeInstall,
  hostDistribution,
  runProgram,
  ToolError,
  type Arch,
} from '@bringup/process';

/** A gdb that was seen to know the guest's architecture and to have Python in it. */
export interface Gdb {
  program: string;
  /** The line by which it names its version. */
  version: string;
}

interface GdbWish {
  arch: Arch;
  /** Prefix of the toolchain's programs, as `aarch64-linux-gnu-`. */
  crossPrefix: string;
  /** The one that was asked for. */
  program?: string;
  signal?: AbortSignal;
}

/**
 * The first gdb that serves: the toolchain's own, then gdb-multiarch, then gdb. One that was asked for is the only one
 * that is looked at.
 *
 * @throws ToolError `TOOL_MISSING` where there is none; `GDB_UNFIT` where none of those there serves, and what each lacks
 */
export async function chooseGdb({ arch, crossPrefix, program, signal }: GdbWish): Promise<Gdb> {
  const candidates = program === undefined ? [`${crossPrefix}gdb`, 'gdb-multiarch', 'gdb'] : [program];
  const unfit: string[] = [];
  for (const candidate of candidates) {
    const found = await tryGdb(candidate, arch, signal);
    if ('version' in found) return { program: candidate, ...found };
    if (!found.missing) unfit.push(`${candidate}: ${found.lack}`);
  }
  const multiarch = debianPackageOf('gdb-multiarch')!;
  if (unfit.length === 0) {
    const remedy = describeInstall(multiarch, hostDistribution());
    const message = `no gdb for ${arch} in PATH: looked for ${candidates.join(', ')}. ${remedy}`;
    throw new ToolError('TOOL_MISSING', message, { candidates });
  }
  // Debian's package, whatever the host: the other distributions' gdb was found unfit above.
  const remedy = `gdb-multiarch can, or a toolchain's ${crossPrefix}gdb. ${describeInstall(multiarch, 'debian')}`;
  const message = `no gdb here can debug ${arch}. ${unfit.join('. ')}. ${remedy}`;
  throw new ToolError('GDB_UNFIT', message, { arch, unfit });
}

type Trial = { version: string } | { missing: boolean; lack: string };

async function tryGdb(program: string, arch: Arch, signal?: AbortSignal): Promise<Trial> {
  const ask = [
    'show version',
    `set architecture ${ARCHITECTURES[arch].gdb}`,
    'python print("has" + " python")',
  ];
  const lines: string[] = [];
  try {
    await runProgram([program, '--nx', '--batch', ...ask.flatMap((command) => ['-ex', command])], {
      signal,
      okExitCodes: [0, 1],
      onLine: (line) => lines.push(line),
    });
    const said = lines.join('\n');
    if (/Undefined item/.test(said))
      return { missing: false, lack: `it does not know ${ARCHITECTURES[arch].gdb}` };
    if (!said.includes('has python')) return { missing: false, lack: 'it has no Python in it' };
    return { version: lines.find((line) => /^GNU gdb/.test(line)) ?? program };
  } catch (error) {
    if (error instanceof ToolError && error.code === 'TOOL_MISSING') return { missing: true, lack: '' };
    if (error instanceof ToolError) return { missing: false, lack: error.message.split('\n')[0]! };
    throw error;
  }
}
