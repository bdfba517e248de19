import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copySparse } from './index.js';

const directory = mkdtempSync(join(tmpdir(), 'bringup-sparse-spec-'));
afterAll(() => rmSync(directory, { recursive: true }));

it('keeps holes, and every byte', async () => {
  const [from, to] = [join(directory, '-sparse'), join(directory, 'copy')];
  writeFileSync(from, 'at the start');
  truncateSync(from, 64 << 20);
  await copySparse(from, to);
  expect(statSync(to).size).toBe(64 << 20);
  expect(statSync(to).blocks).toBeLessThan(100);
  expect(readFileSync(to).equals(readFileSync(from))).toBe(true);
});

it('copies a file without holes', async () => {
  const [from, to] = [join(directory, 'whole'), join(directory, 'whole copy')];
  writeFileSync(from, Buffer.alloc(10_000, 'x'));
  await copySparse(from, to);
  expect(readFileSync(to, 'utf8')).toBe('x'.repeat(10_000));
});
