// node --test tools/lib
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { REASONS, unacceptedSkips } from './accepted-skips.mjs';

const results = (...tests) => ({
  testResults: [
    {
      name: '/a.spec.ts',
      assertionResults: tests.map(([fullName, status = 'pending']) => ({ fullName, status })),
    },
  ],
});

test('a skip is accepted where its reason holds, and is not where it does not', () => {
  const skipped = results(['group (skipped without a moon) test'], ['other (skipped without a sun)']);
  const reasons = [
    { phrase: 'skipped without a moon', holds: () => true },
    { phrase: 'skipped without a sun', holds: () => false },
  ];
  assert.deepEqual(unacceptedSkips(skipped, reasons), ['/a.spec.ts: other (skipped without a sun)']);
});

test('a skip without a reason, or for one that is not in the list, is not accepted', () => {
  const skipped = results(['plain'], ['b (skipped: no kconfig-conf in PATH)'], ['c', 'todo']);
  const excused = [{ phrase: 'skipped without a moon', holds: () => true }];
  assert.equal(unacceptedSkips(skipped, excused).length, 3);
});

test('what passed or failed is not looked at, and a machine is probed once for each reason', () => {
  let probes = 0;
  const reasons = [{ phrase: 'skipped here', holds: () => ++probes > 0 }];
  const tests = [
    ['a (skipped here)', 'passed'],
    ['b (skipped here)', 'failed'],
  ];
  assert.deepEqual(unacceptedSkips(results(...tests), reasons), []);
  assert.equal(probes, 0);
  unacceptedSkips(results(['a (skipped here)'], ['b (skipped here)']), reasons);
  assert.equal(probes, 1);
});

test('a reason holds by a probe, not by name', () => {
  const byName = Object.fromEntries(REASONS.map(({ phrase, holds }) => [phrase, holds()]));
  assert.equal(byName['skipped unless run by root'], process.getuid() !== 0);
  const namespaces = spawnSync('unshare', ['--user', '--map-root-user', '--mount', 'true']).status === 0;
  assert.equal(byName['skipped without user namespaces'], !namespaces);
});

test('jest.abilities.ts names each reason', () => {
  const abilities = readFileSync(new URL('../../jest.abilities.ts', import.meta.url), 'utf8');
  for (const { phrase } of REASONS) assert.ok(abilities.includes(`"${phrase}"`), phrase);
});
