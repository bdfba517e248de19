import { spawn } from 'node:child_process';
import { mkdtempSync, openSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writtenFiles } from './written-files.js';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'bringup-written-spec-')));
afterAll(() => rmSync(root, { recursive: true }));
const at = (name: string) => join(root, name);

it('has what a program and those that it started write, and not what they read', async () => {
  for (const name of ['read', 'log', 'both', 'below']) writeFileSync(at(name), '');
  const descriptors = [openSync(at('read'), 'r'), openSync(at('log'), 'a'), openSync(at('both'), 'r+')];
  const command = `sleep 60 >${at('below')} & echo started; wait`;
  const child = spawn('sh', ['-c', command], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore', ...descriptors],
  });
  try {
    await new Promise((resolve) => child.stdout!.once('data', resolve));
    const own = () => [...writtenFiles()].filter((path) => path.startsWith(root)).sort();
    // The shell may not have opened it yet.
    while (!own().includes(at('below'))) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(own()).toEqual([at('below'), at('both'), at('log')]);
  } finally {
    process.kill(-child.pid!);
  }
  await new Promise((resolve) => child.once('exit', resolve));
  while (writtenFiles().has(at('log'))) await new Promise((resolve) => setTimeout(resolve, 10));
});
