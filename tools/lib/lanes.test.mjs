import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'node:test';
import { runInLanes } from './lanes.mjs';

/** Runs the entries, and records what ran at the same time. */
async function run(entries, width) {
  const running = new Set();
  const order = [];
  const together = [];
  await runInLanes(
    entries.map((entry) => ({ job: entry.name, ...entry })),
    width,
    async (name) => {
      running.add(name);
      order.push(name);
      together.push([...running]);
      await sleep(5);
      running.delete(name);
    },
  );
  return { order, together };
}

test('runs every job, and never more than the lanes hold', async () => {
  const { order, together } = await run(
    ['a', 'b', 'c', 'd', 'e'].map((name) => ({ name })),
    2,
  );
  assert.deepEqual(order.sort(), ['a', 'b', 'c', 'd', 'e']);
  assert.equal(Math.max(...together.map((names) => names.length)), 2);
});

test('never runs two of one exclusive kind at once, and begins with them', async () => {
  const entries = ['a', 'b', 'c']
    .map((name) => ({ name }))
    .concat(['x', 'y', 'z'].map((name) => ({ name, exclusive: 'repository' })));
  const { order, together } = await run(entries, 3);
  assert.equal(order[0], 'x');
  for (const names of together) assert.ok(names.filter((name) => 'xyz'.includes(name)).length <= 1);
});

test('a job waits for the jobs in its "after"', async () => {
  const { order } = await run([{ name: 'late', after: ['early'] }, { name: 'other' }, { name: 'early' }], 3);
  assert.ok(order.indexOf('late') > order.indexOf('early'));
});

test('says which jobs may never run', async () => {
  await assert.rejects(
    run(
      [
        { name: 'a', after: ['b'] },
        { name: 'b', after: ['a'] },
      ],
      2,
    ),
    /a, b/,
  );
});
