import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startKept } from './keeper.js';
import { identifyProcess, isRunning } from './process-identity.js';
import type { Argv } from './run.js';

let base: string;
let directory: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'bringup-keeper-spec-'));
  directory = mkdtempSync(join(base, 'run-'));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

async function start(...argv: Argv) {
  const stderr = await open(join(base, 'stderr'), 'w+');
  try {
    return await startKept(argv, directory, stderr.fd);
  } finally {
    await stderr.close();
  }
}

async function ended(identity: NonNullable<ReturnType<typeof identifyProcess>>): Promise<void> {
  while (isRunning(identity)) await sleep(10);
}

it('removes the directory when a kept program ends by itself', async () => {
  const program = await start('sleep', '0.3');
  await program.keep();
  expect(existsSync(directory)).toBe(true);
  await program.exited;
  expect(existsSync(directory)).toBe(false);
});

it('ends a program that was not kept, and removes its directory', async () => {
  const program = await start('sleep', '60');
  const identity = identifyProcess(program.pid)!;
  await program.abandon();
  await ended(identity);
  expect(existsSync(directory)).toBe(false);
});

it.each(['SIGTERM', 'SIGKILL'] as const)('a kept program ends with its keeper: %s', async (signal) => {
  const program = await start('sleep', '60');
  const identity = identifyProcess(program.pid)!;
  await program.keep();
  process.kill(program.keeperPid, signal);
  await ended(identity);
  await program.exited;
  // A killed keeper removes nothing: the next run's sweep does.
  expect(existsSync(directory)).toBe(signal === 'SIGKILL');
});

it('a program that is not there ends at once', async () => {
  // setpriv starts and exits with 127: whoever starts a program checks that it is there.
  const program = await start('/nowhere/program');
  await program.exited;
  expect(existsSync(directory)).toBe(false);
});
