import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const GROUP = fileURLToPath(new URL('./group.mjs', import.meta.url));

/** Starts, in a process of its own, a group of a shell and what it starts, whose pid is printed. */
const script = `
import { startGroup } from ${JSON.stringify(GROUP)};
const { child, ended } = startGroup(['sh', '-c', 'sleep 60 & echo $!; wait'], { stdio: ['ignore', 'inherit', 'inherit'] });
await ended;
console.log('went on');
`;

const isRunning = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

test('a signal ends the group, and then us', async () => {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [first] = await once(child.stdout, 'data');
  const sleeping = Number(String(first));
  assert.ok(isRunning(sleeping));
  let rest = '';
  child.stdout.on('data', (chunk) => (rest += chunk));
  child.kill('SIGTERM');
  const [status] = await once(child, 'exit');
  assert.equal(status, 128 + 15);
  assert.equal(rest, '');
  // The orphan is reaped by init, or by whoever adopts it.
  for (let tries = 0; tries < 100 && isRunning(sleeping); tries += 1)
    await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(isRunning(sleeping), false);
});
