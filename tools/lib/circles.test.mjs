import assert from 'node:assert';
import { test } from 'node:test';
import { circles, foldersOf } from './circles.mjs';

const graph = (needs) => new Map(Object.entries(needs).map(([name, others]) => [name, new Set(others)]));

test('finds each circle once, whatever leads to it', () => {
  const found = circles(graph({ a: ['b'], b: ['c'], c: ['b', 'd'], d: [], e: ['e'] }));
  assert.deepEqual(found, [['b', 'c'], ['e']]);
});

test('finds none where two ways lead to one file', () => {
  assert.deepEqual(circles(graph({ a: ['b', 'c'], b: ['d'], c: ['d'], d: [] })), []);
});

test('finds a circle of a folder and the one below it, where no files are in one', () => {
  const files = graph({ 'x/a.ts': ['x/y/b.ts'], 'x/y/b.ts': [], 'x/y/c.ts': ['x/d.ts'], 'x/d.ts': [] });
  assert.deepEqual(circles(files), []);
  assert.deepEqual(circles(foldersOf(files)), [['x', 'x/y']]);
});
