import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeBuildId } from './build-id.js';

const root = mkdtempSync(join(tmpdir(), 'bringup-build-id-spec-'));
afterAll(() => rmSync(root, { recursive: true }));

const EMPTY = '00'.repeat(20);

it.each([
  ['little-endian', '040000001400000003000000474e5500'],
  ['big-endian', '000000040000001400000003474e5500'],
])('fills the note of a %s program and of its debug information with the same id', async (order, head) => {
  const [program, debug] = [join(root, order), join(root, `${order}.debug`)];
  const bytes = Buffer.from(`7f454c46${head}${EMPTY}ff`, 'hex');
  writeFileSync(program, bytes);
  writeFileSync(debug, Buffer.from(`7f454c46aaaa${head}${EMPTY}`, 'hex'));
  await writeBuildId([program, debug]);
  const id = createHash('sha1').update(bytes).digest('hex');
  expect(readFileSync(program).toString('hex')).toBe(`7f454c46${head}${id}ff`);
  expect(readFileSync(debug).toString('hex')).toBe(`7f454c46aaaa${head}${id}`);
});

it('leaves a program without the note', async () => {
  const program = join(root, 'stripped');
  writeFileSync(program, 'no note');
  await writeBuildId([program]);
  expect(readFileSync(program, 'utf8')).toBe('no note');
});
