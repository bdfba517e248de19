import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  formatLock,
  lockEntryPath,
  lockField,
  parseLock,
  readLock,
  updateLock,
  type LockFile,
} from './index.js';

const sha256 = 'a'.repeat(64);
const lock: LockFile = {
  tools: { make: 'GNU Make 4.3', bc: 'bc 1.07' },
  sources: { kernel: { version: '6.1.9-1', sha256, kind: 'debian-package', package: 'linux-source-6.1' } },
};
const source = `{
  "kind": "debian-package",
  "package": "linux-source-6.1",
  "sha256": "${sha256}",
  "version": "6.1.9-1"
}
`;
const files = {
  version: '2\n',
  'sources/kernel.lock.json': source,
  'tools/make.txt': 'GNU Make 4.3\n',
  'tools/bc.txt': 'bc 1.07\n',
};
let workspace: string;
beforeEach(() => (workspace = mkdtempSync(join(tmpdir(), 'bringup-lock-file-spec-'))));
afterEach(() => rmSync(workspace, { recursive: true }));
const file = (path: string) => join(workspace, 'bringup.lock', path);
const write = (path: string, text: string) => {
  mkdirSync(dirname(file(path)), { recursive: true });
  writeFileSync(file(path), text);
};

it('has one form for one content', () => {
  expect(formatLock(lock)).toEqual(files);
  expect(parseLock(files)).toEqual(lock);
});

const KERNEL = 'sources/kernel.lock.json';
it.each<[string, string, string, number, RegExp]>([
  ['merge conflict', KERNEL, source.replace('  "sha', '<<<<<<< HEAD\n  "sha'), 4, /merge conflict/],
  ['merge conflict of a tool', 'tools/bc.txt', '<<<<<<< HEAD\nbc 1\n=======\n', 1, /merge conflict/],
  ['not JSON', KERNEL, source.replace('"sha256":', '"sha256"'), 4, /is not JSON/],
  ['comma at the end', KERNEL, source.replace('9-1"', '9-1",'), 6, /is not JSON/],
  ['cut off', KERNEL, source.slice(0, 60), 3, /is not JSON/],
  ['empty', KERNEL, '', 1, /is not JSON/],
  ['no sha256', KERNEL, source.replace(sha256, 'abc'), 1, /has no sha256/],
  ['no commit', KERNEL, source.replace('debian-package', 'git'), 1, /has no commit/],
  ['an array', KERNEL, '[]', 1, /is not an object/],
  ['null', KERNEL, 'null', 1, /is not an object/],
  ['another version', 'version', '3\n', 1, /is "3"/],
  ['an empty tool', 'tools/bc.txt', '\n', 1, /is not one line/],
  ['two lines of a tool', 'tools/bc.txt', 'bc 1\nbc 2\n', 2, /is not one line/],
])('LOCK_INVALID names file and line: %s', (_, path, text, line, message) => {
  let error: unknown;
  try {
    parseLock({ ...files, [path]: text }, 'd');
  } catch (caught) {
    error = caught;
  }
  expect(error).toMatchObject({
    code: 'LOCK_INVALID',
    fields: { file: `d/${path}`, line },
    message: expect.stringMatching(message),
  });
});

it('finds the line of an error in a file of many lines', () => {
  const text = `{\n${'  "a": 1,\n'.repeat(30_000)}  oops\n${'  "a": 1,\n'.repeat(30_000)}}\n`;
  const { parse } = JSON;
  let texts = 0;
  // Bisection parses a few; a parse of the text up to each line would take a minute.
  JSON.parse = (...args) => {
    texts += 1;
    if (texts > 20) throw new Error('too many texts are parsed');
    return parse(...args) as unknown;
  };
  try {
    expect(() => parseLock({ [KERNEL]: text })).toThrow(`${KERNEL}:30002: is not JSON`);
  } finally {
    JSON.parse = parse;
  }
  expect(texts).toBeLessThanOrEqual(20);
});

it('is empty when absent', async () => {
  expect(await readLock(workspace)).toEqual({ sources: {}, tools: {} });
});

it('refuses the single file that it was once, and says how to turn it into a directory', async () => {
  writeFileSync(join(workspace, 'bringup.lock.json'), '{}');
  const expected = { code: 'LOCK_OLD', message: expect.stringContaining('npx nx g @bringup/nx:init') };
  await expect(readLock(workspace)).rejects.toMatchObject(expected);
  await expect(updateLock(workspace, () => lock)).rejects.toMatchObject(expected);
});

it('writes a change, and leaves the files alone whose entries stay', async () => {
  expect(await updateLock(workspace, () => lock)).toBe(true);
  for (const [path, text] of Object.entries(files)) expect(readFileSync(file(path), 'utf8')).toBe(text);
  const identity = () => {
    const { mtimeNs, ino } = statSync(file(KERNEL), { bigint: true });
    return [mtimeNs, ino];
  };
  const before = identity();
  expect(await updateLock(workspace, (now) => ({ ...now }))).toBe(false);
  expect(await updateLock(workspace, (now) => ({ ...now, tools: { make: 'GNU Make 4.4' } }))).toBe(true);
  expect(identity()).toEqual(before);
  expect(readFileSync(file('tools/make.txt'), 'utf8')).toBe('GNU Make 4.4\n');
  expect(existsSync(file('tools/bc.txt'))).toBe(false);
});

it('leaves files alone that are none of its entries', async () => {
  write('README.md', 'ours\n');
  write('sources/kernel.lock.json.orig', '<<<<<<< HEAD\n');
  await updateLock(workspace, () => lock);
  expect(await readLock(workspace)).toEqual(lock);
  expect(readFileSync(file('README.md'), 'utf8')).toBe('ours\n');
});

it('keeps what others write at the same time', async () => {
  const names = ['a', 'b', 'c', 'd'];
  await Promise.all(
    names.map((name) => updateLock(workspace, (now) => ({ ...now, tools: { ...now.tools, [name]: name } }))),
  );
  expect(Object.keys((await readLock(workspace)).tools)).toEqual(names);
});

it('does not overwrite what it cannot read, and gives the lock back', async () => {
  write(KERNEL, '{');
  await expect(updateLock(workspace, () => lock)).rejects.toMatchObject({ code: 'LOCK_INVALID' });
  expect(readFileSync(file(KERNEL), 'utf8')).toBe('{');
  rmSync(file(KERNEL));
  // This would wait for ever.
  expect(await updateLock(workspace, () => lock)).toBe(true);
  expect(existsSync(join(workspace, '.bringup', 'lock-file.owner'))).toBe(false);
});

it('is read while another process removes entries', async () => {
  const tools = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`tool-${index}`, 'x']));
  await updateLock(workspace, () => ({ sources: {}, tools }));
  let removing = true;
  const removed = updateLock(workspace, () => ({ sources: {}, tools: {} })).finally(() => (removing = false));
  while (removing) await readLock(workspace);
  await removed;
  expect(await readLock(workspace)).toEqual({ sources: {}, tools: {} });
});

it.each([
  ['kernel', 'kernel'],
  ['aarch64-linux-gnu-gcc', 'aarch64-linux-gnu-gcc'],
  ['kernel.v2', 'kernel.v2'],
  ['kernel_v2', 'kernel_v2'],
  ['@scope/kernel', '@scope/kernel'],
  ['g++', 'g++'],
  ['a b["c"]', 'a%20b%5B%22c%22%5D'],
  ['a(b)!{c}*?', 'a%28b%29%21%7Bc%7D%2A%3F'],
  ['100%', '100%25'],
  ['é', '%C3%A9'],
  ['../x', '%2E./x'],
  ['a//b', 'a/%/b'],
  ['.hidden', '%2Ehidden'],
])('lockField(%j) is %j', (name, field) => expect(lockField(name)).toBe(field));

it.each([
  ['sources', 'package', 'bringup.lock/sources/package.lock.json'],
  ['sources', '@scope/project', 'bringup.lock/sources/@scope/project.lock.json'],
  ['tools', 'ld.lld', 'bringup.lock/tools/ld.lld.txt'],
] as const)('the entry of %s %s is a file that Nx takes for no project', (part, name, path) =>
  expect(lockEntryPath(part, name)).toBe(path),
);
