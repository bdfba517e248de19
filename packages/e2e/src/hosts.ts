import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { REPOSITORY } from './nx-run.js';

/** The suites that README names as hosts. */
type HostSuite = 'bookworm' | 'trixie' | 'sid';

/**
 * Runs a command in a clone of this checkout on a bare Debian machine, by `tools/machine.mjs`; its output is shown while it runs.
 *
 * @param options options of that program
 */
export async function onHost(
  suite: HostSuite,
  command: readonly string[],
  options: readonly string[] = [],
): Promise<{ exitCode: number | null; output: string }> {
  const argv = [join(REPOSITORY, 'tools/machine.mjs'), `--suite=${suite}`, ...options, '--', ...command];
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const onData = (chunk: Buffer) => {
    output += String(chunk);
    process.stderr.write(chunk);
  };
  child.stdout.on('data', onData);
  child.stderr.on('data', onData);
  const exitCode = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { exitCode, output: stripVTControlCharacters(output) };
}

/** `npm start` on a bare machine boots the board and passes its test; without a terminal, that is all it does. */
export async function expectStart(suite: HostSuite, command: readonly string[], options?: readonly string[]) {
  const { exitCode, output } = await onHost(suite, command, options);
  expect({ exitCode, tail: exitCode === 0 ? '' : output.slice(-2000) }).toEqual({ exitCode: 0, tail: '' });
  expect(output).toMatch(/Successfully ran target test for project virt-arm64/);
  expect(output).not.toMatch(/NO_COLOR/);
  // One line, and all of the workspace in it: no later command asks for an update.
  const moved = output.split('\n').filter((line) => line.startsWith('bringup.lock '));
  expect(moved).toEqual([
    expect.stringMatching(suite === 'bookworm' ? /holds|moved on/ : /moved on: .*u-boot/),
  ]);
}
