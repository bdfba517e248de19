import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { watchProcess } from './process-kinds.mjs';

/** Runs a script by Node under watch. @returns seconds by kind */
async function watch(script) {
  const child = spawn(process.execPath, ['-e', script], { stdio: 'ignore' });
  const watched = watchProcess(child.pid);
  await once(child, 'exit');
  return watched.stop();
}

const busiest = (seconds) => Object.entries(seconds).sort(([, a], [, b]) => b - a)[0][0];

test('a process that sleeps waits, one that computes tests', async () => {
  assert.equal(busiest(await watch('setTimeout(() => {}, 2000)')), 'waiting');
  const compute = 'const end = Date.now() + 2000; while (Date.now() < end);';
  assert.equal(busiest(await watch(compute)), 'tests');
});

test('a descendant named make compiles', async () => {
  const loop = 'end=$(($(date +%s) + 3)); while [ $(date +%s) -lt $end ]; do :; done';
  const script = `require('node:child_process').spawnSync('bash', ['-c', ${JSON.stringify(`printf make >/proc/self/comm; ${loop}`)}])`;
  assert.equal(busiest(await watch(script)), 'compiling');
});
