import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  describeFullDevice,
  describeHostError,
  quoteCommand,
  splitCommand,
  sha256File,
  ToolError,
  withTemporaryDirectory,
  writeAside,
  writeFileAside,
} from './index.js';

const directory = mkdtempSync(join(tmpdir(), 'bringup-files-spec-'));

it('leaves the old file and nothing aside when writing fails', async () => {
  const path = join(directory, 'artifact');
  writeFileSync(path, 'old');
  await expect(
    writeAside(path, async (aside) => {
      writeFileSync(aside, 'half');
      throw new Error('broken');
    }),
  ).rejects.toThrow('broken');
  expect(readFileSync(path, 'utf8')).toBe('old');
  expect(readdirSync(directory)).toEqual(['artifact']);
});

it('removes what killed writers left of the same file, and nothing else', async () => {
  const place = mkdtempSync(join(directory, 'abandoned-'));
  const dead = 2 ** 22 - 7;
  let own = '';
  await writeAside(join(place, 'x'), async (aside) => {
    own = /-[0-9a-f]{8}\.tmp$/.exec(aside)![0];
    writeFileSync(aside, '');
  });
  // The third belongs to a process in another container, where that number may be a live writer's.
  const left = [
    ...[`.x.${dead}${own}`, `.x.${process.pid}${own}`, `.x.${dead}-00000000.tmp`],
    ...[`.x.y.${dead}${own}`, `.y.${dead}${own}`, '.x.tmp'],
  ];
  for (const name of left) writeFileSync(join(place, name), 'half');
  await writeFileAside(join(place, 'x'), 'whole');
  expect(readdirSync(place).sort()).toEqual([...left.slice(2), 'x'].sort());
});

it('says where the disk is full', async () => {
  const full = Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
  await expect(writeAside(join(directory, 'x'), () => Promise.reject(full))).rejects.toMatchObject({
    code: 'NO_SPACE',
    message: expect.stringContaining(directory),
  });
});

it('takes a failure for what it is while there is space, and ENOSPC for a full disk', async () => {
  const failure = new ToolError('TOOL_FAILED', 'make failed');
  expect(await describeFullDevice(failure, directory)).toBe(failure);
  expect(await describeFullDevice(failure, '/no/such/place')).toBe(failure);
  expect(await describeFullDevice({ code: 'ENOSPC' }, directory)).toMatchObject({ code: 'NO_SPACE' });
  // proc(5) has no blocks at all.
  expect(await describeFullDevice(failure, '/proc')).toMatchObject({ code: 'NO_SPACE' });
});

it('writes and hashes', async () => {
  const path = join(directory, 'deep', 'file');
  await writeFileAside(path, 'abc');
  expect(await sha256File(path)).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});

it('removes a temporary directory after a failure too', async () => {
  let seen = '';
  await expect(
    withTemporaryDirectory('spec', async (temporary) => {
      seen = temporary;
      writeFileSync(join(temporary, 'file'), '');
      throw new Error('broken');
    }),
  ).rejects.toThrow('broken');
  expect(existsSync(seen)).toBe(false);
});

it.each([
  [['make', '-j2', 'CC=ccache gcc'], "make -j2 'CC=ccache gcc'"],
  [['echo', "it's", ''], `echo 'it'\\''s' ''`],
  [['a\\b', '*.c', 'new\nline'], "'a\\b' '*.c' 'new\nline'"],
])('quotes %j, and splits it again', (argv, expected) => {
  expect(quoteCommand(argv)).toBe(expected);
  expect(splitCommand(expected)).toEqual(argv);
});

describe("a refusal of the host's file system", () => {
  const place = mkdtempSync(join(tmpdir(), 'bringup-files-spec-refused-'));
  writeFileSync(join(place, 'file'), '');
  mkdirSync(join(place, 'directory'));
  symlinkSync('/nowhere/at/all', join(place, 'dangling'));
  symlinkSync('circle', join(place, 'circle'));
  const described = (call: () => unknown): unknown => {
    try {
      return call();
    } catch (error) {
      return describeHostError(error);
    }
  };

  it.each<[string, () => unknown, string]>([
    [
      'a file in the place of a directory',
      () => mkdirSync(join(place, 'file')),
      `${place}/file: a file is already there, but a directory is needed (EEXIST). Move the file, or remove it`,
    ],
    [
      'a file in the middle of a path',
      () => mkdirSync(join(place, 'file/x')),
      `${place}/file/x: a part of this path is not a directory, but a file, or a symbolic link that leads nowhere (ENOTDIR)`,
    ],
    [
      'a directory in the place of a file',
      () => renameSync(join(place, 'file'), join(place, 'directory')),
      `${place}/directory: a directory is already there, but a file is needed (EISDIR). Move the directory`,
    ],
    [
      'a circle of links',
      () => readFileSync(join(place, 'circle')),
      `${place}/circle: symbolic links in this path lead in a circle (ELOOP). Correct one of them`,
    ],
    ['a long name', () => mkdirSync(join(place, 'x'.repeat(300))), 'the path is too long (ENAMETOOLONG)'],
  ])('is explained: %s', (_what, call, says) => {
    const error = described(call);
    expect(error).toMatchObject({ code: 'HOST_REFUSES' });
    expect((error as Error).message).toContain(says);
  });

  it('is a bug, and keeps its stack, where it comes from a call that needs no directory', () =>
    expect(described(() => symlinkSync('x', join(place, 'file')))).toMatchObject({ code: 'EEXIST' }));
});
