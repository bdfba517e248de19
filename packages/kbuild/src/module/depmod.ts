import { join } from 'node:path';
import { ensureDir, readdir, remove } from 'fs-extra';
import { runProgram, UserError } from '@bringup/process';

/**
 * The files that every version of depmod writes and kmod's modprobe reads. kmod 33 adds modules.weakdep, but the same
 * modules must give the same files with any version.
 */
export const DEPMOD_FILES: readonly string[] = [
  'modules.alias',
  'modules.alias.bin',
  'modules.builtin.alias.bin',
  'modules.builtin.bin',
  'modules.dep',
  'modules.dep.bin',
  'modules.devname',
  'modules.softdep',
  'modules.symbols',
  'modules.symbols.bin',
];

/** The files that `make modules_install` installs and depmod reads. */
const INSTALLED = ['modules.order', 'modules.builtin', 'modules.builtin.modinfo'];

/** `/x/hello.ko needs unknown symbol foo`, or for another version of it "disagrees about version of symbol". */
const UNRESOLVED = /([^/\s]+)\.ko\S* (needs unknown symbol|disagrees about version of symbol) (\S+)/;

/**
 * Makes the indices of `BASE/lib/modules/RELEASE`. Nothing of the host's /etc/depmod.d is read.
 *
 * @param options.symbols a kernel's `Module.symvers`: with it, symbols that nobody exports are an error
 * @throws UserError `MODULE_UNRESOLVED`; ToolError `TOOL_MISSING`, `TOOL_FAILED`
 */
export async function runDepmod(
  base: string,
  release: string,
  options: { symbols?: string; signal?: AbortSignal } = {},
): Promise<void> {
  const { symbols, signal } = options;
  const configuration = join(base, 'depmod.d');
  await ensureDir(configuration);
  const unresolved: string[] = [];
  await runProgram(
    [
      'depmod',
      ...['-b', base],
      ...['-C', configuration],
      ...(symbols === undefined ? [] : ['-e', '-E', symbols]),
      release,
    ],
    {
      signal,
      onLine: (line) => {
        const [, module, what, symbol] = UNRESOLVED.exec(line) ?? [];
        if (symbol !== undefined) unresolved.push(`  ${module} ${what} ${symbol}`);
      },
    },
  );
  await remove(configuration);
  const directory = join(base, 'lib/modules', release);
  for (const name of await readdir(directory)) {
    const known = DEPMOD_FILES.includes(name) || INSTALLED.includes(name);
    if (name.startsWith('modules.') && !known) await remove(join(directory, name));
  }
  if (unresolved.length === 0) return;
  throw new UserError(
    'MODULE_UNRESOLVED',
    `the kernel ${release} could not load these modules, for neither it nor another of its modules exports what they need:\n` +
      `${[...new Set(unresolved)].join('\n')}\n` +
      'Build them against this kernel, and turn the option on that has the symbol',
    { release, unresolved },
  );
}
