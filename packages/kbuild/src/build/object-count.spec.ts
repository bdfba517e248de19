import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildLog } from '../kept-output/index.js';
import { planObjects, recordObjects } from './object-count.js';

const root = mkdtempSync(join(tmpdir(), 'bringup-objects-spec-'));
afterAll(() => rmSync(root, { recursive: true }));

let count = 0;
/** An empty output directory. */
function newOut(): string {
  const out = join(root, String(count++));
  mkdirSync(out);
  return out;
}

/** Leaves what a make that named so many files leaves. */
function leave(out: string, files: number): void {
  writeFileSync(join(out, '.config'), '');
  writeFileSync(buildLog(out), `make: Entering directory\n${'  CC      a.o\n'.repeat(files)}`);
}

async function buildWhole(out: string, symbols: number, files: number): Promise<void> {
  const plan = await planObjects(out, symbols, 1);
  leave(out, files);
  await recordObjects(out, plan, files);
}

it('guesses by the symbols at first', async () =>
  expect(await planObjects(newOut(), 100, 2.4)).toMatchObject({ before: 0, total: 240 }));

it('expects of a build from nothing what the last one made, in proportion to the symbols', async () => {
  const out = newOut();
  await buildWhole(out, 100, 700);
  rmSync(join(out, '.config'));
  expect(await planObjects(out, 100, 2.4)).toMatchObject({ before: 0, total: 700 });
  expect(await planObjects(out, 110, 2.4)).toMatchObject({ before: 0, total: 770 });
});

it('has no estimate for an edit', async () => {
  const out = newOut();
  await buildWhole(out, 100, 700);
  const edit = await planObjects(out, 100, 2.4);
  expect(edit).toMatchObject({ before: 0, total: undefined });
  await recordObjects(out, edit, 3);
  rmSync(join(out, '.config'));
  expect(await planObjects(out, 100, 2.4)).toMatchObject({ total: 700 });
});

it('goes on where builds that were killed stopped', async () => {
  const out = newOut();
  await planObjects(out, 100, 2);
  leave(out, 50);
  expect(await planObjects(out, 100, 2)).toMatchObject({ before: 50, total: 200 });
  leave(out, 30);
  const last = await planObjects(out, 100, 2);
  expect(last).toMatchObject({ before: 80, total: 200 });
  leave(out, 130);
  await recordObjects(out, last, 130);
  rmSync(join(out, '.config'));
  expect(await planObjects(out, 100, 2)).toMatchObject({ before: 0, total: 210 });
});

it('takes a record that it cannot read for none', async () => {
  const out = newOut();
  writeFileSync(`${out}.objects.json`, '1291');
  expect(await planObjects(out, 100, 2.4)).toMatchObject({ before: 0, total: 240 });
});

it('learns nothing from a run in a directory of which nothing is known', async () => {
  const out = newOut();
  writeFileSync(`${out}.objects.json`, '1291');
  leave(out, 3);
  const edit = await planObjects(out, 100, 2.4);
  expect(edit).toMatchObject({ before: 0, total: undefined });
  await recordObjects(out, edit, 3);
  rmSync(join(out, '.config'));
  expect(await planObjects(out, 100, 2.4)).toMatchObject({ total: 240, isGuess: true });
});
