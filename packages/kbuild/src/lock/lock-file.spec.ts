import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  formatLock,
  lockField,
  parseLock,
  readLock,
  sourceField,
  updateLock,
  type LockFile,
} from './index.js';

const sha256 = 'a'.repeat(64);
const lock: LockFile = {
  version: 1,
  tools: { make: 'GNU Make 4.3', bc: 'bc 1.07' },
  sources: { kernel: { version: '6.1.9-1', sha256, kind: 'debian-package', package: 'linux-source-6.1' } },
};
const text = `{
  "sources": {
    "kernel": {
      "kind": "debian-package",
      "package": "linux-source-6.1",
      "sha256": "${sha256}",
      "version": "6.1.9-1"
    }
  },
  "tools": {
    "bc": "bc 1.07",
    "make": "GNU Make 4.3"
  },
  "version": 1
}
`;
let workspace: string;
beforeEach(() => (workspace = mkdtempSync(join(tmpdir(), 'bringup-lock-file-spec-'))));
afterEach(() => rmSync(workspace, { recursive: true }));
const file = () => join(workspace, 'bringup.lock.json');

it('has one form for one content', () => {
  expect(formatLock(lock)).toBe(text);
  expect(formatLock(parseLock(text))).toBe(text);
});

it.each<[string, string, number, RegExp]>([
  ['merge conflict', text.replace('  "tools"', '<<<<<<< HEAD\n  "tools"'), 10, /conflict of a merge/],
  ['not JSON', text.replace('"bc":', '"bc"'), 11, /is not JSON/],
  ['comma at the end', text.replace('4.3"', '4.3",'), 13, /is not JSON/],
  ['cut off', text.slice(0, 60), 4, /is not JSON/],
  ['empty', '', 1, /is not JSON/],
  ['a word', '{\n  "version": one\n}\n', 2, /is not JSON/],
  ['another version', text.replace('"version": 1', '"version": 2'), 14, /has version 2/],
  ['no sources', '{\n  "tools": {},\n  "version": 1\n}', 1, /"sources" is not an object/],
  ['no sha256', text.replace(sha256, 'abc'), 3, /source of kernel has no sha256/],
  ['no commit', text.replace('debian-package', 'git'), 3, /source of kernel has no commit/],
  ['a tool without a line', text.replace('"bc 1.07"', '7'), 11, /version of bc is not a string/],
  ['an array', '[]', 1, /is not an object/],
  ['null', 'null', 1, /is not an object/],
])('LOCK_INVALID names the line: %s', (_, broken, line, message) => {
  let error: unknown;
  try {
    parseLock(broken, 'f');
  } catch (caught) {
    error = caught;
  }
  expect(error).toMatchObject({
    code: 'LOCK_INVALID',
    fields: { line },
    message: expect.stringMatching(message),
  });
});

it('is empty when absent', async () => {
  expect(await readLock(workspace)).toEqual({ version: 1, sources: {}, tools: {} });
});

it('writes a change, and leaves the file alone when there is none', async () => {
  expect(await updateLock(workspace, () => lock)).toBe(true);
  expect(readFileSync(file(), 'utf8')).toBe(text);
  const { mtimeNs, ino } = statSync(file(), { bigint: true });
  expect(
    await updateLock(workspace, (now) => ({ ...now, tools: { make: 'GNU Make 4.3', bc: 'bc 1.07' } })),
  ).toBe(false);
  expect(statSync(file(), { bigint: true })).toMatchObject({ mtimeNs, ino });
});

it('keeps what others write at the same time', async () => {
  const names = ['a', 'b', 'c', 'd'];
  await Promise.all(
    names.map((name) => updateLock(workspace, (now) => ({ ...now, tools: { ...now.tools, [name]: name } }))),
  );
  expect(Object.keys((await readLock(workspace)).tools)).toEqual(names);
});

it('does not overwrite what it cannot read, and gives the lock back', async () => {
  writeFileSync(file(), '{');
  await expect(updateLock(workspace, () => lock)).rejects.toMatchObject({ code: 'LOCK_INVALID' });
  expect(readFileSync(file(), 'utf8')).toBe('{');
  expect(existsSync(join(workspace, '.bringup', 'lock-file.lock'))).toBe(false);
});

it.each([
  ['kernel', 'kernel'],
  ['aarch64-linux-gnu-gcc', 'aarch64-linux-gnu-gcc'],
  ['gcc-12.2', 'gcc-12_2'],
  ['@scope/kernel', '@scope/kernel'],
  ['g++', 'g++'],
  ['a b["c"]', 'a_b__c__'],
])('lockField(%j) is %j', (name, field) => expect(lockField(name)).toBe(field));

it('gives each project a key of its own, without dots; a name without special characters is its key', () => {
  expect(['kernel', 'kernel_v2', '@scope/kernel'].map(sourceField)).toEqual([
    'kernel',
    'kernel_v2',
    '@scope/kernel',
  ]);
  const keys = ['kernel.v2', 'kernel_v2', 'kernel v2', 'kernel:v2'].map(sourceField);
  expect(new Set(keys).size).toBe(4);
  expect(keys.join()).not.toContain('.');
});

it('finds the line of an error in a long lock with few looks at it', () => {
  const lines = Array.from(
    { length: 30_000 },
    (_, index) => `    "tool-${index}": "1"${index === 29_000 ? '' : ','}`,
  );
  const parse = jest.spyOn(JSON, 'parse');
  try {
    const broken = `{\n  "version": 1,\n  "tools": {\n${lines.join('\n')}\n`;
    expect(() => parseLock(broken, 'lock')).toThrow(/^lock:29005: is not JSON/);
    expect(() => parseLock('?\n'.repeat(30_000), 'lock')).toThrow(/^lock:1: is not JSON/);
    expect(parse.mock.calls.length).toBeLessThan(60);
  } finally {
    parse.mockRestore();
  }
});
