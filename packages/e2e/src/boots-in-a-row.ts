import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chooseHostPorts, planMachine, runDetached, runGuestTest, stopRun, type Run } from '@bringup/qemu';
import { processesOf, remaining } from './processes.js';
import { writeGuest } from './tiny-guest.js';

/** Ports of this host that somebody listens on, from proc(5)'s net/tcp: state 0A. */
export function listening(): Set<number> {
  const lines = readFileSync('/proc/net/tcp', 'utf8').trim().split('\n').slice(1);
  const ports = lines.map((line) => line.trim().split(/\s+/)).filter(([, , , state]) => state === '0A');
  return new Set(ports.map(([, address]) => parseInt(address!.split(':')[1]!, 16)));
}

/** Boots the tiny guest so many times, tests and detached runs by turns, and looks after each at what is left. */
export async function bootInARow(count: number): Promise<void> {
  const base = mkdtempSync(join(tmpdir(), 'bringup-row-'));
  const runtime = process.env.XDG_RUNTIME_DIR;
  process.env.XDG_RUNTIME_DIR = base;
  try {
    const kernel = writeGuest(base, execFileSync);
    for (let index = 0; index < count; index++) {
      const network = await chooseHostPorts([
        { type: 'user', model: 'e1000', forwards: [{ protocol: 'tcp', guestPort: 80 }] },
      ]);
      const [port] = network.flatMap((card) => (card.type === 'user' ? card.forwards : []));
      const plan = (console: 'pipe' | 'socket') => (paths: object) =>
        planMachine({
          ...{ arch: 'x86_64', accel: 'tcg', memoryMiB: 16, network, console, ...paths },
          boot: { via: 'kernel', kernel },
        });
      if (index % 2 === 0) await test(plan('pipe'));
      else await detachAndStop(base, plan('socket'), port!.hostPort);
      expect(await remaining(base)).toEqual([]);
      expect(readdirSync(base)).toEqual(['guest', 'guest.S', 'guest.o']);
      expect(listening()).not.toContain(port!.hostPort);
    }
  } finally {
    if (runtime === undefined) delete process.env.XDG_RUNTIME_DIR;
    else process.env.XDG_RUNTIME_DIR = runtime;
    rmSync(base, { recursive: true, force: true });
  }
}

type Plan = Parameters<typeof runGuestTest>[0];

async function test(plan: Plan): Promise<void> {
  const result = await runGuestTest(plan, {
    ...{ readyPattern: '/ # $', commands: [], bootTimeoutMs: 60_000, commandTimeoutMs: 1_000 },
    powerOff: { command: '', timeoutMs: 20_000 },
  });
  expect(result.consoleLog).toContain('ready');
}

async function detachAndStop(base: string, plan: Plan, port: number): Promise<void> {
  const run = await runDetached(plan, { subject: { board: 'tiny', workspace: base } });
  await hasBooted(run);
  expect(listening()).toContain(port);
  expect(processesOf(base)).not.toEqual([]);
  expect(await stopRun(run, 0)).toBe('quit');
}

async function hasBooted({ directory }: Run): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!readFileSync(join(directory, 'console.log'), 'utf8').includes('/ # ')) {
    if (Date.now() > deadline) throw new Error('no prompt within a minute');
    await sleep(10);
  }
}
