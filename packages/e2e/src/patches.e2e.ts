import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeFakeWorkspace, type FakeWorkspace } from './fake-workspace.js';
import { nx } from './nx-run.js';

type Json = Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any -- project.json as a test edits it

const NET = 'const char net[] = "net";';

/** A change of one line of the stand-in for a kernel. */
const change = (file: string, from: string, to: string) =>
  `--- a/${file}\n+++ b/${file}\n@@ -1 +1 @@\n-${from}\n+${to}\n`;
const added = (file: string, line: string) => `--- /dev/null\n+++ b/${file}\n@@ -0,0 +1 @@\n+${line}\n`;
const mail = (diff: string, subject = 'net: another name') =>
  `From 0123456789abcdef0123456789abcdef01234567 Mon Sep 17 00:00:00 2001\nFrom: A <a@example.org>\nDate: Mon, 1 Jan 2024 00:00:00 +0000\nSubject: [PATCH] ${subject}\n\nWhy.\n---\n net/core.c | 2 +-\n 1 file changed, 1 insertion(+), 1 deletion(-)\n\n${diff}-- \n2.39.5\n\n`;

describe('patches of a kernel', () => {
  let workspace: FakeWorkspace;
  const run = async (...args: string[]) => nx(['run', ...args], { cwd: workspace.root });
  const setPatches = (...patches: string[]) =>
    workspace.edit('kernel/project.json', ((json: Json) => {
      json.targets.build.options.patches = patches;
      json.targets.build.options.fragments = ['kernel/a.config', 'kernel/net.config'];
    }) as never);
  const log = () => join(workspace.root, '.bringup/build/kernel/default/out.log');
  /** Builds, and says what became of the two tasks and which objects were compiled. */
  const build = async () => {
    rmSync(log(), { force: true });
    const { exitCode, output, tasks } = await run('kernel:build');
    expect({ exitCode, output: exitCode === 0 ? '' : output }).toEqual({ exitCode: 0, output: '' });
    const made = existsSync(log()) ? readFileSync(log(), 'utf8') : '';
    const compiled = [...made.matchAll(/^ {2}CC +(\S+)$/gm)].map((match) => match[1]!).sort();
    return { fates: [tasks['kernel:config'], tasks['kernel:build']], compiled };
  };
  const image = () => readFileSync(join(workspace.root, 'dist/kernel/vmlinux'), 'latin1');

  beforeAll(async () => {
    workspace = makeFakeWorkspace();
    workspace.write('kernel/net.config', 'CONFIG_NET=y\n');
    workspace.write('kernel/patches/1.patch', change('net/core.c', NET, 'const char net[] = "first";'));
    setPatches('kernel/patches/*.patch');
    for (const _time of ['writes the lock', 'settles the hashes']) await build();
  });
  afterAll(() => workspace.remove());

  it('are in what is built', () => expect(image()).toContain('first'));

  it('are left alone when nothing changed', async () => {
    expect(await build()).toEqual({ fates: ['hit', 'hit'], compiled: [] });
  });

  it('compile what an edit of a patch concerns', async () => {
    workspace.write(
      'kernel/patches/1.patch',
      mail(change('net/core.c', NET, 'const char net[] = "second";')),
    );
    expect(await build()).toEqual({ fates: ['ran', 'ran'], compiled: ['net/core.o'] });
    expect(image()).toContain('second');
  });

  it('compile nothing where the result is the same', async () => {
    const diff = change('net/core.c', NET, 'const char net[] = "second";');
    workspace.write('kernel/patches/1.patch', mail(diff, 'net: a better reason'));
    expect((await build()).compiled).toEqual([]);
    workspace.write('kernel/patches/2.patch', added('Documentation/a.rst', 'about a'));
    expect((await build()).compiled).toEqual([]);
    setPatches('kernel/patches/2.patch', 'kernel/patches/1.patch');
    expect((await build()).compiled).toEqual([]);
  });

  it('are listed by a series of quilt, whose edit counts', async () => {
    workspace.write('kernel/patches/series', '# the order\n1.patch\n#2.patch\n');
    setPatches('kernel/patches/series');
    expect((await build()).compiled).toEqual([]);
    const third = change('net/core.c', 'const char net[] = "second";', 'const char net[] = "third";');
    workspace.write('kernel/patches/third', third.replace(/[ab]\/net/g, 'net'));
    workspace.write('kernel/patches/series', '1.patch\nthird -p0\n');
    expect(await build()).toEqual({ fates: ['ran', 'ran'], compiled: ['net/core.o'] });
    expect(image()).toContain('third');
  });

  it('that do not apply say where, and what is there; what was built stays', async () => {
    workspace.write('kernel/patches/4.patch', change('net/core.c', 'int lost;', 'int found;'));
    setPatches('kernel/patches/1.patch', 'kernel/patches/4.patch');
    const failed = await run('kernel:build');
    expect(failed.exitCode).not.toBe(0);
    expect(failed.output).toMatch(
      /kernel\/patches\/4\.patch does not apply to .*fake-kernel\.tar\.gz:\n +kernel\/patches\/4\.patch:3: hunk 1 of 1 of net\/core\.c fits nowhere/,
    );
    expect(image()).toContain('third');
  });

  it('that cannot be read are all named in one run', async () => {
    workspace.write('kernel/patches/5.patch', 'a letter\n');
    workspace.write(
      'kernel/patches/6.patch',
      change('net/core.c', NET, 'x').replace('@@ -1 +1 @@', '@@ -1,9 +1,9 @@'),
    );
    setPatches('kernel/patches/5.patch', 'kernel/patches/6.patch');
    const { exitCode, output } = await run('kernel:config');
    expect(exitCode).toBe(1);
    expect(output).toMatch(/kernel\/patches\/5\.patch: has no diff in it/);
    expect(output).toMatch(/kernel\/patches\/6\.patch:3: the hunk .* has not as many lines as it announces/);
  });

  it('are refused where they are named twice over, or are missing', async () => {
    setPatches('kernel/patches/*');
    expect((await run('kernel:config')).output).toMatch(
      /matches kernel\/patches\/series, which says itself which patches/,
    );
    setPatches('kernel/patches/none.patch');
    expect((await run('kernel:config')).output).toMatch(
      /patches: kernel\/patches\/none\.patch does not exist/,
    );
  });

  it('are refused for a directory of one’s own', async () => {
    setPatches('kernel/patches/1.patch');
    workspace.edit('kernel/project.json', ((json: Json) => {
      json.targets.build.options.source = { kind: 'directory', path: '../sources/fake-kernel' };
    }) as never);
    const { exitCode, output } = await run('kernel:config');
    expect(exitCode).toBe(1);
    expect(output).toMatch(
      /patches are for a source that Bringup fetches, and .*fake-kernel is a directory of your own/,
    );
  });
});
