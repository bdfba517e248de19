import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { followFile } from './console-log.js';

let directory: string;
let log: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'bringup-log-spec-'));
  log = join(directory, 'console.log');
});
afterEach(() => rmSync(directory, { recursive: true }));

async function read(tailBytes?: number): Promise<string> {
  let text = '';
  await followFile(log, { onData: (bytes) => (text += bytes.toString()), tailBytes, isAlive: () => false });
  return text;
}

it.each([
  [undefined, 'one\ntwo\nthree'],
  [100, 'one\ntwo\nthree'],
  [7, 'three'],
  [3, 'ree'],
  [0, ''],
])('the tail within %s bytes begins at a line where it can: %j', async (bytes, expected) => {
  writeFileSync(log, 'one\ntwo\nthree');
  expect(await read(bytes)).toBe(expected);
});

it('gives every byte once, also what comes last and when the file is removed', async () => {
  writeFileSync(log, '');
  let text = '';
  let alive = true;
  const following = followFile(log, { onData: (bytes) => (text += bytes.toString()), isAlive: () => alive });
  let expected = '';
  for (let index = 0; index < 300; index++) {
    const line = `${index} ${'x'.repeat(index)}\n`;
    expected += line;
    appendFileSync(log, line);
    if (index % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  rmSync(log);
  alive = false;
  await following;
  expect(text).toBe(expected);
});

it('ends when aborted', async () => {
  writeFileSync(log, 'x');
  const controller = new AbortController();
  const following = followFile(log, {
    onData: () => controller.abort(),
    isAlive: () => true,
    signal: controller.signal,
  });
  await expect(following).resolves.toBeUndefined();
});
