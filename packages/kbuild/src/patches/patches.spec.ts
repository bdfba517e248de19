import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeTree } from '@bringup/process';
import type { SourceTree } from '../sources/index.js';
import { ensurePatched, loadPatch, patchedIdentity, readSeries } from './index.js';

const EPOCH = 1_700_000_000;
const IDENTITY = 'b'.repeat(64);
const LINES = Array.from({ length: 40 }, (_, index) => `line ${index + 1}`);

let root: string;
let base: SourceTree;
let notes: string[];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'bringup-patches-spec-'));
  const path = join(root, 'sources', IDENTITY.slice(0, 32));
  mkdirSync(join(path, 'init'), { recursive: true });
  writeFileSync(join(path, 'Makefile'), 'VERSION = 6\n');
  writeFileSync(join(path, 'init/main.c'), `${LINES.join('\n')}\n`);
  writeFileSync(join(path, 'init/other.c'), 'other\n');
  writeFileSync(join(path, 'init/run.sh'), 'true\n');
  symlinkSync('main.c', join(path, 'init/link.c'));
  for (const name of ['Makefile', 'init/main.c', 'init/other.c']) utimesSync(join(path, name), EPOCH, EPOCH);
  chmodSync(join(path, 'init'), 0o555);
  base = { path, identity: IDENTITY, epoch: EPOCH };
  notes = [];
});
afterEach(() => removeTree(root));

const context = () => ({
  home: root,
  onProgress: (event: { what: string; note?: string }) => void (event.note && notes.push(event.note)),
});
const patchFile = (text: string, name = 'fix.patch') => {
  const path = join(root, name);
  writeFileSync(path, text);
  return { path, shown: `patches/${name}`, strip: 1 };
};
const apply = async (...texts: string[]) => {
  const patches = [];
  for (const [index, text] of texts.entries())
    patches.push(await loadPatch(patchFile(text, `${index + 1}.patch`)));
  return ensurePatched(base, 'linux 6.1', patches, context());
};
const refused = async (...texts: string[]) =>
  apply(...texts).then(
    () => ({ code: 'none', message: '' }),
    ({ code, message }: { code: string; message: string }) => ({ code, message }),
  );

/** Lines 18 to 22 of init/main.c, the middle one changed. */
const hunk = (lines = LINES.slice(17, 22), to = 'LINE 20', start = 18) =>
  `@@ -${start},5 +${start},5 @@\n ${lines[0]}\n ${lines[1]}\n-${lines[2]}\n+${to}\n ${lines[3]}\n ${lines[4]}\n`;
const on = (name: string, hunks: string) => `--- a/${name}\n+++ b/${name}\n${hunks}`;
const MAIN = on('init/main.c', hunk());

describe('ensurePatched', () => {
  it('writes the changed files alone; the source stays as it was', async () => {
    const tree = await apply(MAIN);
    expect(readFileSync(join(tree.path, 'init/main.c'), 'utf8')).toContain('\nLINE 20\n');
    expect(readFileSync(join(base.path, 'init/main.c'), 'utf8')).toContain('\nline 20\n');
    const inode = (path: string) => statSync(path).ino;
    expect(inode(join(tree.path, 'init/other.c'))).toBe(inode(join(base.path, 'init/other.c')));
    expect({ length: tree.path.length, epoch: tree.epoch }).toEqual({
      length: base.path.length,
      epoch: EPOCH,
    });
    expect(notes).toEqual(['applying patches/1.patch']);
  });

  it('dates what a patch writes as the source is dated', async () => {
    const tree = await apply(on('Makefile', '@@ -1 +1 @@\n-VERSION = 6\n+VERSION = 7\n'), MAIN);
    const times = ['Makefile', 'init/main.c'].map((name) => statSync(join(tree.path, name)).mtimeMs / 1000);
    expect({ times, epoch: tree.epoch }).toEqual({ times: [EPOCH, EPOCH], epoch: EPOCH });
  });

  it('adds, removes and renames files, and leaves nothing behind', async () => {
    const tree = await apply(
      '--- /dev/null\n+++ b/init/new.c\n@@ -0,0 +1 @@\n+new\n',
      'diff --git a/init/other.c b/init/other.c\ndeleted file mode 100644\n--- a/init/other.c\n+++ /dev/null\n@@ -1 +0,0 @@\n-other\n',
      'diff --git a/init/main.c b/init/first.c\nsimilarity index 100%\nrename from init/main.c\nrename to init/first.c\n',
    );
    const present = ['new.c', 'other.c', 'main.c', 'first.c', 'main.c.orig'].filter((name) =>
      lstatSync(join(tree.path, 'init', name), { throwIfNoEntry: false }),
    );
    expect(present).toEqual(['new.c', 'first.c']);
  });

  it('changes a mode in the patched tree alone', async () => {
    const tree = await apply('diff --git a/init/run.sh b/init/run.sh\nold mode 100644\nnew mode 100755\n');
    const executable = (path: string) => (statSync(join(path, 'init/run.sh')).mode & 0o111) !== 0;
    expect([executable(base.path), executable(tree.path)]).toEqual([false, true]);
  });

  it('reports a hunk that fits with fuzz only', async () => {
    await apply(on('init/main.c', hunk(['was different', ...LINES.slice(18, 22)])));
    expect(notes).toEqual([
      'applying patches/1.patch',
      expect.stringMatching(/^patches\/1\.patch: hunk 1 fits init\/main\.c:18 with fuzz 1 only/),
    ]);
  });

  it('keeps each byte of a patch in another encoding', async () => {
    const patch = Buffer.from(
      '--- a/init/other.c\n+++ b/init/other.c\n@@ -1 +1 @@\n-other\n+caf\xe9\n',
      'latin1',
    );
    const path = join(root, 'latin.patch');
    writeFileSync(path, patch);
    const loaded = await loadPatch({ path, shown: 'latin.patch', strip: 1 });
    const tree = await ensurePatched(base, 'linux', [loaded], context());
    expect(readFileSync(join(tree.path, 'init/other.c')).toString('hex')).toBe('636166e90a');
  });

  it.each([
    [
      'a hunk whose lines are others',
      on('init/main.c', hunk(['line 18', 'line 19', 'twenty', 'line 21', 'line 22'])),
      'PATCH_FAILED',
      /patches\/1\.patch:3: hunk 1 of 1 of init\/main\.c fits nowhere\. Nearest: line 18, 4 of 5 lines agree\n +the patch expects +"twenty"\n +init\/main\.c:20 +has "line 20"/,
    ],
    [
      'a change that is there already',
      on('init/main.c', hunk(['line 18', 'line 19', 'was', 'line 21', 'line 22'], 'line 20')),
      'PATCH_FAILED',
      /patches\/1\.patch:1: init\/main\.c has this change already/,
    ],
    [
      'a file that is missing',
      on('init/none.c', hunk()),
      'PATCH_FAILED',
      /patches\/1\.patch:1: the source has no file init\/none\.c/,
    ],
    [
      'names without a/ and b/',
      on('', '').replace('--- a/\n+++ b/\n', '--- init/main.c\n+++ init/main.c\n') + hunk(),
      'PATCH_FAILED',
      /With -p0 it does: list the patch in a series, as "1\.patch -p0"/,
    ],
    [
      'a symbolic link',
      on('init/link.c', hunk()),
      'PATCH_FAILED',
      /init\/link\.c is a symbolic link or a directory/,
    ],
    [
      'a path outside',
      '--- /dev/null\n+++ b/../../evil\n@@ -0,0 +1 @@\n+x\n',
      'PATCH_UNSAFE',
      /changes \.\.\/\.\.\/evil/,
    ],
    [
      'a link that leads out',
      'diff --git a/out b/out\nnew file mode 120000\n--- /dev/null\n+++ b/out\n@@ -0,0 +1 @@\n+/etc/passwd\n\\ No newline at end of file\n',
      'SOURCE_UNSAFE',
      /out, a link that leads out of it/,
    ],
    ['no diff', 'hello\n', 'PATCH_FORMAT', /patches\/1\.patch: has no diff in it/],
    ['nothing', '', 'PATCH_FORMAT', /patches\/1\.patch: the file is empty/],
    ['a compressed patch', '\x1f\x8b\0\0', 'PATCH_FORMAT', /binary or compressed/],
  ])('refuses %s', async (_, text, code, message) => {
    const error = await refused(text);
    expect(error).toEqual({ code, message: expect.stringMatching(message) as string });
  });

  it('names both hunks of a patch that fit nowhere', async () => {
    const bad = (line: number) =>
      hunk(
        [`line ${line}`, `line ${line + 1}`, 'another', `line ${line + 3}`, `line ${line + 4}`],
        'x',
        line,
      );
    const { message } = await refused(MAIN, on('init/main.c', bad(5) + bad(25)));
    expect(message).toMatch(/patches\/2\.patch:3: hunk 1 of 2 [^]*patches\/2\.patch:10: hunk 2 of 2 /);
    expect(message).toMatch(/^patches\/2\.patch does not apply to linux 6\.1:/);
  });
});

describe('patchedIdentity', () => {
  const a = { sha256: 'a'.repeat(64), strip: 1 };
  const b = { sha256: 'b'.repeat(64), strip: 1 };
  it('is that of the source without patches, and depends on contents, order and strip level', () => {
    expect(patchedIdentity(IDENTITY, [])).toBe(IDENTITY);
    const all = [[a], [a, b], [b, a], [{ ...a, strip: 0 }]].map((patches) =>
      patchedIdentity(IDENTITY, patches),
    );
    expect(new Set(all).size).toBe(4);
  });
});

describe('readSeries', () => {
  const series = async (text: string) => {
    mkdirSync(join(root, 'q'), { recursive: true });
    const path = join(root, 'q/series');
    writeFileSync(path, text);
    return readSeries({ path, shown: 'q/series' });
  };

  it('reads names with comments, blank lines and strip levels', async () => {
    const found = await series('# for 6.1\n\nfirst.patch # why\nnet/second.patch -p0\r\n');
    expect(found).toEqual([
      { path: join(root, 'q/first.patch'), shown: 'q/first.patch', strip: 1 },
      { path: join(root, 'q/net/second.patch'), shown: 'q/net/second.patch', strip: 0 },
    ]);
  });

  it('names each line that is at fault', async () => {
    await expect(series('a.patch -R\n../b.patch\n/c.patch\nd.patch\n')).rejects.toMatchObject({
      code: 'PATCH_FORMAT',
      message: expect.stringMatching(/^q\/series:1: .*\nq\/series:2: .* outside .*\nq\/series:3: /) as string,
    });
  });

  it('says which file is missing', async () => {
    rmSync(join(root, 'q'), { recursive: true, force: true });
    await expect(readSeries({ path: join(root, 'q/series'), shown: 'q/series' })).rejects.toMatchObject({
      code: 'PATCH_MISSING',
      message: expect.stringContaining('q/series does not exist') as string,
    });
  });
});
