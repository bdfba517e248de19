import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { amendRecord, readRecord, readShortRecord, recordEmpty, writeRecord } from './source-record.js';

let base: string;
let out: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'bringup-source-record-spec-'));
  out = join(base, 'out');
});
afterEach(() => rmSync(base, { recursive: true }));

const selection = { key: 'all', has: () => true };
const state = { index: 'an index', gone: [], now: [] };
const files = new Map([
  ['Makefile', '100644 1'],
  ['a.c', '100644 2'],
  ['odd\nname%', '100644 3'],
]);
const rules = new Map([['Makefile', 'rules']]);

/** A record whose list is behind: a.c is gone, b.c is new. */
async function amended(): Promise<void> {
  await recordEmpty(out);
  await writeRecord(out, files, rules, { selection, state });
  const short = (await readShortRecord(out, { selection }))!;
  const later = { ...state, now: [['b.c', '100644 4']] as const };
  const changed = new Map([
    ['a.c', null],
    ['b.c', '100644 4'],
  ]);
  await amendRecord(out, short, { selection, state: later }, changed);
}

it('is its list and what has changed since', async () => {
  await amended();
  const { files: found, rules: foundRules } = (await readRecord(out))!;
  expect([...found]).toEqual([
    ['Makefile', '100644 1'],
    ['odd\nname%', '100644 3'],
    ['b.c', '100644 4'],
  ]);
  expect(foundRules).toEqual(rules);
  expect((await readShortRecord(out, { selection }))!.state.now).toEqual([['b.c', '100644 4']]);
});

it('is the list alone where that is of no state', async () => {
  await amended();
  await writeRecord(out, files, rules);
  expect((await readRecord(out))!.files).toEqual(files);
  expect(await readShortRecord(out, { selection })).toBeUndefined();
});

it('does not speak of other files in short', async () => {
  await amended();
  expect(await readShortRecord(out, { selection: { ...selection, key: 'others' } })).toBeUndefined();
});

it.each([
  ['what has changed since is missing', 'since', undefined],
  ['what has changed since is damaged', 'since', '{"list": "'],
  ['what has changed belongs to another list', 'since', '{"list": "x", "since": []}'],
  ['what has changed since is of another shape', 'since', '{}'],
  ['the times of changed files are damaged', 'pending', '[["a.c", 1'],
  ['the times of changed files are of another shape', 'pending', '{}'],
  ['the list is cut short', 'source', 'id x\nMakefile\x00100644 1\x00rules\n'],
  ['the list is missing', 'source', undefined],
])('is none when %s', async (_, name, text) => {
  await amended();
  expect(readFileSync(`${out}.since`, 'utf8')).toContain('b.c');
  if (text === undefined) rmSync(`${out}.${name}`);
  else writeFileSync(`${out}.${name}`, text);
  expect(await readRecord(out)).toBeUndefined();
  expect(await readShortRecord(out, { selection })).toBeUndefined();
});
