import { EventEmitter, once } from 'node:events';
import { mkdtempSync, mkdirSync, writeFileSync, existsSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { withLock, type LockOwner } from './index.js';

const directory = mkdtempSync(join(tmpdir(), 'bringup-lock-spec-'));

it('lets the second wait, tells it who holds the lock, and runs both', async () => {
  const path = join(directory, 'a');
  const order: string[] = [];
  const waits: unknown[] = [];
  const steps = new EventEmitter();
  const [entered, waiting] = [once(steps, 'entered'), once(steps, 'waiting')];
  const first = withLock(path, { purpose: 'the first' }, async () => {
    order.push('first in');
    steps.emit('entered');
    await waiting;
    order.push('first out');
  });
  await entered;
  const onWait = (owner: LockOwner | undefined) => {
    waits.push(owner?.purpose);
    steps.emit('waiting');
  };
  await withLock(path, { purpose: 'the second', onWait }, async () => {
    order.push('second in');
  });
  await first;
  expect(order).toEqual(['first in', 'first out', 'second in']);
  expect(waits).toEqual(['the first']);
  expect(existsSync(`${path}.owner`)).toBe(false);
});

it('takes over a lock whose owner is dead', async () => {
  const path = join(directory, 'b');
  mkdirSync(`${path}.lock`);
  writeFileSync(`${path}.owner`, JSON.stringify({ pid: 2 ** 22 - 7, host: hostname(), purpose: 'dead' }));
  await expect(withLock(path, { purpose: 'heir' }, async () => 'done')).resolves.toBe('done');
});

it('stops waiting when aborted', async () => {
  const path = join(directory, 'c');
  const controller = new AbortController();
  await withLock(path, { purpose: 'holder' }, async () => {
    const onWait = () => controller.abort(new Error('no longer'));
    const waiter = withLock(path, { purpose: 'waiter', onWait, signal: controller.signal }, async () => 0);
    await expect(waiter).rejects.toThrow('no longer');
  });
});
