import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeOutdated } from './dependents.js';

const root = mkdtempSync(join(tmpdir(), 'bringup-dependents-spec-'));
afterAll(() => rmSync(root, { recursive: true }));

it.each([
  ['an older file', '/firmware.bin', 1_000, true],
  ['a younger file', '/firmware.bin', 3_000, false],
  ['a younger file that an option names', '/x.lds', 3_000, false],
  ['a younger file of the source', '/source/a.h', 3_000, true],
  ['a younger file of the output directory', '/out/a.h', 3_000, true],
])('a target that depends on %s', async (_what, name, seconds, stays) => {
  const place = mkdtempSync(join(root, 'plätze-'));
  const [out, source] = [join(place, 'out'), join(place, 'source')];
  for (const directory of [out, source]) mkdirSync(directory);
  writeFileSync(join(place, name), '');
  utimesSync(join(place, name), seconds, seconds);
  writeFileSync(join(out, 'a.o'), '');
  utimesSync(join(out, 'a.o'), 2_000, 2_000);
  writeFileSync(join(out, '.a.o.cmd'), `cmd_a.o := ld -T,${place}${name} -o a.o\ndeps := ${place}${name}\n`);
  await removeOutdated(out, source);
  expect(existsSync(join(out, 'a.o'))).toBe(stays);
});
