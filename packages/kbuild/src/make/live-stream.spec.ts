import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { liveStream } from './live-stream.js';

const root = mkdtempSync(join(tmpdir(), 'bringup-live-stream-spec-'));
afterAll(() => rmSync(root, { recursive: true }));

/** A process that stands for Nx, with its standard error in a file. */
function startParent(flags: string): { pid: number; file: string; stop: () => void } {
  const file = join(root, `errors-${flags}`);
  const child = spawn('sleep', ['60'], { stdio: ['ignore', 'ignore', openSync(file, flags)] });
  return { pid: child.pid!, file, stop: () => child.kill() };
}

it.each([
  ['a', 'kernel: 10%\n'],
  ['w', ''],
])('past Nx into a file that was opened with %j: %j', (flags, expected) => {
  const { pid, file, stop } = startParent(flags);
  liveStream(true, pid).write('kernel: 10%\n');
  stop();
  expect(readFileSync(file, 'utf8')).toBe(expected);
});

it('past Nx into a pipe', () => {
  const fifo = join(root, 'fifo');
  execFileSync('mkfifo', [fifo]);
  const descriptor = openSync(fifo, 'r+');
  const child = spawn('sleep', ['60'], { stdio: ['ignore', 'ignore', descriptor] });
  liveStream(true, child.pid).write('kernel: 10%\n');
  child.kill();
  const buffer = Buffer.alloc(100);
  expect(buffer.toString('utf8', 0, readSync(descriptor, buffer))).toBe('kernel: 10%\n');
});

it('is standard error outside of a task', () => expect(liveStream(false)).toBe(process.stderr));

it('is silent where Nx belongs to somebody else, or has ended', () => {
  expect(liveStream(true, 2 ** 22).write('lost')).toBe(true);
});
