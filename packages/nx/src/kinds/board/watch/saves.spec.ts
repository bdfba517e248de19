import { Saves } from './saves.js';

const never = new AbortController().signal;

it('counts saves that come together as one', async () => {
  const saves = new Saves(50);
  const next = saves.next(never);
  saves.add(['a']);
  setTimeout(() => saves.add(['b', 'a']), 20);
  expect(await next).toEqual(['a', 'b']);
});

it('remembers what was saved while nobody waited', async () => {
  const saves = new Saves(1);
  saves.add(['a']);
  expect(await saves.next(never)).toEqual(['a']);
  saves.add([]);
  expect(await saves.next(never)).toEqual([]);
});

it.each([
  ['before any save', []],
  ['between a save and its quiet time', ['a']],
])('ends with the reason of the signal %s', async (_when, paths) => {
  const saves = new Saves(10_000);
  if (paths.length > 0) saves.add(paths);
  const ending = new AbortController();
  const next = saves.next(ending.signal);
  ending.abort(new Error('enough'));
  await expect(next).rejects.toThrow('enough');
});
