import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nx, REPOSITORY } from './nx-run.js';

/** x86_64's kernel with debug information is one that nothing else in the tests needs. */
const MINUTES = 60_000;

it(
  'stops a PC at startup_64, with physical symbols until the kernel runs where it is linked to',
  async () => {
    const directory = mkdtempSync(join(tmpdir(), 'bringup-debug-'));
    const commands = ['info symbol $pc', 'print/x $pc', 'break start_kernel', 'continue', 'bt', 'lx-version'];
    writeFileSync(join(directory, 'commands'), `${commands.join('\n')}\n`);
    const how = ['--configuration=debug', '--at=first-instruction', '--scripted'];
    const { exitCode, output } = await nx(
      ['run', 'pc-x86_64:debug', ...how, `--commands=${join(directory, 'commands')}`],
      { cwd: REPOSITORY, env: { HOME: process.env.HOME! } },
    ).finally(() => rmSync(directory, { recursive: true }));
    expect({ exitCode, output: exitCode === 0 ? '' : output }).toEqual({ exitCode: 0, output: '' });
    expect(output).toMatch(/Temporary breakpoint 1, startup_64 \(\)\s+at \S+head_64\.S:\d+/);
    expect(output).toContain('= 0x1000000\n');
    expect(output).toMatch(/Breakpoint 2, start_kernel \(\) at \S+init\/main\.c:\d+\n\d+\s+\S/);
    expect(output).toMatch(/^#1 +0xffffffff\w+ in x86_64_start_reservations/m);
    expect(output).toMatch(/^Linux version 6\./m);
  },
  30 * MINUTES,
);
