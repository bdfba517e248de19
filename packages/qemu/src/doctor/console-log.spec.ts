import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConsoleLog } from './console-log.js';

const place = mkdtempSync(join(tmpdir(), 'bringup-console-log-'));
afterAll(() => rmSync(place, { recursive: true }));
const log = join(place, 'console.log');
const MIB = 1 << 20;

it('has no text where there is no log', async () => {
  expect(await readConsoleLog(join(place, 'none'))).toBe('');
});

it.each([
  ['a short log unchanged', 'Linux version 6.1\n', 'Linux version 6.1\n'],
  ['one that is a little longer', `${'a'.repeat(MIB)}end`, `${'a'.repeat(MIB)}\nend`],
  [
    'first and last of a long one',
    `first${'a'.repeat(3 * MIB)}last`,
    `first${'a'.repeat(MIB - 5)}\n${'a'.repeat(MIB - 4)}last`,
  ],
])('reads %s', async (_what, text, read) => {
  writeFileSync(log, text);
  expect((await readConsoleLog(log)) === read).toBe(true);
});
