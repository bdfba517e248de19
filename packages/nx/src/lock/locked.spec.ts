import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readLock } from '@bringup/kbuild';
import { ToolError } from '@bringup/process';
import { lockFiles, makeTask, makeWorkspace } from '../testing/workspace.js';
import { checkTools, ensureLocked, noteTools, writeLocked, type Needs } from './locked.js';

const SHA = (digit: string) => digit.repeat(64);
const place = makeWorkspace({ 'k/Makefile': 'all:\n' });
execFileSync('tar', ['--create', `--file=${place}/k.tar`, `--directory=${place}`, 'k']);
const url = `file://${place}/k.tar`;
const SHA256 = createHash('sha256')
  .update(readFileSync(join(place, 'k.tar')))
  .digest('hex');
const tarball = (sha256 = SHA256) => ({ kind: 'tarball' as const, url, sha256 });
const locked = { kind: 'tarball', url: [url], sha256: SHA256 };

beforeAll(() => (process.env.BRINGUP_HOME = join(place, 'home')));
afterAll(() => delete process.env.BRINGUP_HOME);

const needs = (more: Partial<Needs> = {}): Needs => ({
  source: tarball(),
  toolNames: ['x-gcc'],
  probe: async () => ({ 'x-gcc': 'gcc 12' }),
  ...more,
});

function workspace(sources: object = {}, tools: object = { 'x-gcc': 'gcc 12' }) {
  const root = makeWorkspace(lockFiles({ sources, tools }));
  return { root, read: () => readLock(root) };
}

const NEVER = async () => {
  throw new Error('asked a tool');
};

describe('ensureLocked', () => {
  it('takes what is there, and asks nobody', async () => {
    const { root } = workspace({ kernel: locked });
    const task = makeTask(root, 'kernel');
    expect(await ensureLocked(task, needs({ probe: NEVER }))).toEqual({
      source: locked,
      tools: { 'x-gcc': 'gcc 12' },
    });
    expect(task.notes).toEqual([]);
  });

  describe('frozen, where everything is locked', () => {
    const open = (probe: Needs['probe']) => {
      const { root } = workspace({ kernel: locked });
      return ensureLocked(makeTask(root, 'kernel', {}, { frozen: true }), needs({ probe }));
    };

    it('refuses another tool of this host, whatever is built already', async () => {
      await expect(open(async () => ({ 'x-gcc': 'gcc 13' }))).rejects.toMatchObject({ code: 'TOOLS_DIFFER' });
    });

    it('does not need a tool that nothing is made by', async () => {
      const missing = open(async () => {
        throw new ToolError('TOOL_MISSING', 'no x-gcc');
      });
      expect((await missing).tools).toEqual({ 'x-gcc': 'gcc 12' });
    });
  });

  it('does not move the locked tools along with a project that is new', async () => {
    const { root, read } = workspace({}, { 'x-gcc': 'gcc 11' });
    await expect(ensureLocked(makeTask(root, 'kernel'), needs())).rejects.toMatchObject({
      code: 'TOOLS_DIFFER',
    });
    expect(await read()).toEqual({ sources: {}, tools: { 'x-gcc': 'gcc 11' } });
  });

  const other = { kind: 'debian-package', package: 'linux-source-6.1', version: '6.1.1', sha256: SHA('a') };
  const source = (kind: string, name: string) => ({ kind, package: name });
  const MISSING: [string, object, object, Partial<Needs>][] = [
    ['nothing is locked', {}, {}, {}],
    ['the source is not', {}, { 'x-gcc': 'gcc 12' }, {}],
    ['a tool is not', { kernel: locked }, {}, {}],
    ['one of the tools is not', { kernel: locked }, { 'x-gcc': 'gcc 12' }, { toolNames: ['x-gcc', 'x-ld'] }],
    ['the tarball was changed', { kernel: { ...locked, sha256: SHA('b') } }, { 'x-gcc': 'gcc 12' }, {}],
    [
      'how the tarball is unpacked was changed',
      { kernel: { ...locked, stripComponents: 0 } },
      { 'x-gcc': 'gcc 12' },
      {},
    ],
    ['the kind of source was changed', { kernel: other }, { 'x-gcc': 'gcc 12' }, {}],
    ['it is of another project', { board: locked }, { 'x-gcc': 'gcc 12' }, {}],
  ];

  it.each(MISSING)('frozen, when %s: an error that says what to run', async (_when, sources, tools, more) => {
    const { root, read } = workspace(sources, tools);
    const before = await read();
    await expect(
      ensureLocked(makeTask(root, 'kernel', {}, { frozen: true }), needs(more)),
    ).rejects.toMatchObject({
      code: 'NOT_LOCKED',
      message: expect.stringContaining('npx nx g @bringup/nx:update --ifNeeded'),
    });
    expect(await read()).toEqual(before);
  });

  it.each(MISSING)('not frozen, when %s: resolves and writes', async (_when, sources, tools, more) => {
    const { root, read } = workspace(sources, tools);
    const task = makeTask(root, 'kernel');
    const probe = async () => ({ 'x-gcc': 'gcc 12', 'x-ld': 'ld 2' });
    const result = await ensureLocked(task, needs({ ...more, probe }));
    expect(result.source).toEqual(locked);
    expect(await read()).toEqual({
      sources: { ...sources, kernel: locked },
      tools: { ...tools, 'x-gcc': 'gcc 12', 'x-ld': 'ld 2' },
    });
    expect(task.notes[0]).toContain('not in bringup.lock yet');
    expect(existsSync(join(place, 'home/sources', SHA256.slice(0, 32), 'Makefile'))).toBe(true);
  });

  it.each([
    ['another package', source('debian-package', 'linux-source-6.6'), 'NOT_LOCKED'],
    ['another kind', source('debian-source', 'linux-source-6.1'), 'NOT_LOCKED'],
    ['the same package', source('debian-package', 'linux-source-6.1'), undefined],
    [
      'a package that may be replaced',
      { ...source('debian-package', 'linux-source-6.6'), fallback: 'linux-source-*' },
      undefined,
    ],
  ])('the option names %s', async (_what, spec, code) => {
    const { root } = workspace({ kernel: other });
    const result = ensureLocked(
      makeTask(root, 'kernel', {}, { frozen: true }),
      needs({ source: spec as Needs['source'] }),
    );
    if (code) await expect(result).rejects.toMatchObject({ code });
    else expect((await result).source).toEqual(other);
  });

  const commit = 'c'.repeat(40);
  it.each([
    ['the same tag', { tag: 'v1' }, undefined],
    [
      'the same tag and one more mirror',
      { tag: 'v1', url: ['https://b/l.git', 'https://a/l.git'] },
      undefined,
    ],
    ['its commit, from anywhere', { commit, url: 'https://b/l.git' }, undefined],
    ['another tag', { tag: 'v2' }, 'NOT_LOCKED'],
    ['a branch of the same name', { branch: 'v1' }, 'NOT_LOCKED'],
    ['the same tag of another repository', { tag: 'v1', url: 'https://b/l.git' }, 'NOT_LOCKED'],
    ['another commit', { commit: 'd'.repeat(40) }, 'NOT_LOCKED'],
    ['nothing of it', {}, 'GIT_REF_INVALID'],
  ])('the options name of a git repository %s', async (_what, ref, code) => {
    const entry = { kind: 'git', url: ['https://a/l.git'], commit, tag: 'v1' };
    const { root } = workspace({ kernel: entry });
    const result = ensureLocked(
      makeTask(root, 'kernel', {}, { frozen: true }),
      needs({ source: { kind: 'git', url: 'https://a/l.git', ...ref } }),
    );
    if (code) await expect(result).rejects.toMatchObject({ code });
    else expect((await result).source).toEqual(entry);
  });

  it('needs no source for a directory, and leaves no entry for it', async () => {
    const { root } = workspace({ kernel: locked });
    const result = await ensureLocked(
      makeTask(root, 'kernel'),
      needs({ source: { kind: 'directory', path: '/linux' } }),
    );
    expect(result.source).toBeUndefined();
  });

  it('keeps dots of tool and project names out of the keys', async () => {
    const { root, read } = workspace();
    await ensureLocked(
      makeTask(root, 'kernel-6.1'),
      needs({ toolNames: ['gcc-12.2'], probe: async () => ({ 'gcc-12.2': 'v' }) }),
    );
    expect(await read()).toMatchObject({ sources: { 'kernel-6.1': locked }, tools: { 'gcc-12.2': 'v' } });
  });

  it('refuses a lock with the conflict of a merge, naming the line', async () => {
    const { root } = workspace();
    writeFileSync(join(root, 'bringup.lock/tools/make.txt'), 'make 4\n<<<<<<< HEAD\n');
    await expect(ensureLocked(makeTask(root, 'kernel'), needs())).rejects.toMatchObject({
      code: 'LOCK_INVALID',
      message: expect.stringContaining('bringup.lock/tools/make.txt:2:'),
    });
  });

  it.each([
    ['has other bytes', tarball(SHA('b')), 'BAD_SHA256'],
    ['cannot be had', { ...tarball(SHA('c')), url: 'file:///no/such.tar' }, 'DOWNLOAD_FAILED'],
  ])('writes nothing when the source %s', async (_what, source, code) => {
    const { root, read } = workspace({ kernel: locked });
    await expect(ensureLocked(makeTask(root, 'kernel'), needs({ source }))).rejects.toMatchObject({ code });
    expect((await read()).sources).toEqual({ kernel: locked });
  });

  it('writes nothing when a tool is missing', async () => {
    const { root, read } = workspace({}, {});
    await expect(ensureLocked(makeTask(root, 'kernel'), needs({ probe: NEVER }))).rejects.toThrow();
    expect(await read()).toEqual({ sources: {}, tools: {} });
  });
});

it('writeLocked keeps a source that can still be had, and the entries of others', async () => {
  const { root, read } = workspace({ kernel: locked, other: locked }, { 'x-gcc': 'gcc 11', ld: 'ld' });
  const task = makeTask(root, 'kernel');
  await writeLocked(task, needs({ source: { ...tarball(), url: 'file:///new' } }), { keepAvailable: true });
  expect(await read()).toMatchObject({
    sources: { kernel: locked, other: locked },
    tools: { 'x-gcc': 'gcc 12', ld: 'ld' },
  });
  await writeLocked(task, needs({ source: tarball(SHA('c')) }), { keepAvailable: true });
  expect((await read()).sources.kernel).toMatchObject({ sha256: SHA('c') });
});

const found = { 'x-gcc': 'gcc 13', 'x-ld': 'ld 2' };
const entries = { tools: { 'x-gcc': 'gcc 12', 'x-ld': 'ld 2' } };
const SAYS = /x-gcc: locked gcc 12, here gcc 13\n[^]*npx nx g @bringup\/nx:update --ifNeeded$/;

describe('checkTools', () => {
  it('gives the tools of this host when all are as locked', async () => {
    expect(await checkTools({ tools: found }, async () => found)).toEqual(found);
  });

  it('refuses what differs, and says how to take it', async () => {
    const refused: unknown = await checkTools(entries, async () => found).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'TOOLS_DIFFER', message: expect.stringMatching(SAYS) });
    expect((refused as Error).message).not.toContain('x-ld');
  });
});

describe('noteTools', () => {
  const task = (frozen: boolean) => makeTask('/ws', 'board', {}, { frozen });

  it('is silent when all are as locked', async () => {
    const quiet = task(true);
    await noteTools(quiet, { tools: found }, async () => found);
    expect(quiet.notes).toEqual([]);
  });

  it('notes what differs, and how to take it', async () => {
    const telling = task(false);
    await noteTools(telling, entries, async () => found);
    expect(telling.notes).toEqual([expect.stringMatching(SAYS)]);
  });

  it('fails when frozen', async () => {
    await expect(noteTools(task(true), entries, async () => found)).rejects.toMatchObject({
      code: 'TOOLS_DIFFER',
    });
  });
});
