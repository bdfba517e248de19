import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from '@bringup/process';
import { itWhere } from '../../../../jest.abilities.js';
import { ensureSource } from './sources.js';
import { ALL_FILES, describeDirectory } from './directory.js';
import { scmState } from './scm-state.js';
import { compareStates, identifyTree, lookAtTree } from './tree-look.js';
import type { TreeEdits, TreeListing } from './tree-files.js';

/** With a home also without a list of the files, which has to say the same. */
async function treeHash(tree: string, home?: string): Promise<string | undefined> {
  const unlisted = home === undefined ? undefined : (await identifyTree(tree, [ALL_FILES], home)).identities;
  const hash = (await lookAtTree(tree, [ALL_FILES], home)).identities.get(ALL_FILES.key);
  if (unlisted) expect({ tree, hash: unlisted.get(ALL_FILES.key) }).toEqual({ tree, hash });
  return hash;
}
jest.setTimeout(60_000);

const root = mkdtempSync(join(tmpdir(), 'bringup-tree-hash-spec-'));
afterAll(() => rmSync(root, { recursive: true }));

const git = (directory: string, ...args: string[]) =>
  runProgram(
    [
      'git',
      '-c',
      'user.name=a',
      '-c',
      'user.email=a@example.org',
      '-c',
      'protocol.file.allow=always',
      '-c',
      'safe.directory=*',
      ...args,
    ],
    { cwd: directory },
  );

function plainTree(): string {
  const tree = mkdtempSync(join(root, 'tree-'));
  mkdirSync(join(tree, 'sub/empty'), { recursive: true });
  writeFileSync(join(tree, 'Makefile'), 'all:\n');
  writeFileSync(join(tree, 'sub/run'), '#!/bin/sh\n', { mode: 0o644 });
  writeFileSync(join(tree, '.gitignore'), '*.o\n');
  symlinkSync('Makefile', join(tree, 'link'));
  return tree;
}

async function gitTree(): Promise<string> {
  const tree = plainTree();
  await git(tree, 'init', '-q');
  await git(tree, 'add', '.');
  await git(tree, 'commit', '-qm', 'x');
  return tree;
}

/** A file of what a store remembers of its only tree. */
const recordIn = (home: string, name = 'files.json') =>
  join(home, 'trees', readdirSync(join(home, 'trees'))[0]!, name);

/** Edits, and whether they count: in a walk, in git. */
const edits: [string, (tree: string) => void, boolean, boolean][] = [
  ['nothing', () => undefined, false, false],
  ['times', (tree) => utimesSync(join(tree, 'Makefile'), 1, 1), false, false],
  ['content', (tree) => appendFileSync(join(tree, 'Makefile'), '#'), true, true],
  [
    'a byte that is not UTF-8',
    (tree) => writeFileSync(join(tree, 'Makefile'), Buffer.from([0xe9])),
    true,
    true,
  ],
  ['the executable bit', (tree) => chmodSync(join(tree, 'sub/run'), 0o755), true, true],
  ['group write', (tree) => chmodSync(join(tree, 'sub/run'), 0o664), false, false],
  ['a new file', (tree) => writeFileSync(join(tree, 'sub/new'), ''), true, true],
  ['an ignored file', (tree) => writeFileSync(join(tree, 'a.o'), ''), true, false],
  ['a file gone', (tree) => rmSync(join(tree, 'sub/run')), true, true],
  ['a file renamed', (tree) => renameSync(join(tree, 'sub/run'), join(tree, 'sub/ran')), true, true],
  [
    'a link led elsewhere',
    (tree) => (rmSync(join(tree, 'link')), symlinkSync('sub', join(tree, 'link'))),
    true,
    true,
  ],
  [
    'a link made a file',
    (tree) => (rmSync(join(tree, 'link')), writeFileSync(join(tree, 'link'), 'Makefile')),
    true,
    true,
  ],
  ['a pipe-free empty directory', (tree) => mkdirSync(join(tree, 'sub/more')), false, false],
  ['an odd name', (tree) => writeFileSync(Buffer.from(join(tree, 'x\xff\n'), 'latin1'), ''), true, true],
];

describe.each([
  ['a plain directory', async () => plainTree(), 2],
  ['a git work tree', gitTree, 3],
] as const)('treeHash of %s', (_, make, column) => {
  it.each(edits)('%s', async (...edit) => {
    const tree = await make();
    const before = await treeHash(tree);
    edit[1](tree);
    expect((await treeHash(tree)) !== before).toBe(edit[column]);
  });

  it('does not depend on where it lies', async () => {
    const tree = await make();
    const copy = join(root, `copy-${column}`);
    cpSync(tree, copy, { recursive: true, verbatimSymlinks: true });
    expect(await treeHash(copy)).toBe(await treeHash(tree));
  });
});

it('tells two edits that differ only in bytes no text has', async () => {
  const tree = await gitTree();
  writeFileSync(join(tree, 'Makefile'), Buffer.from([0xe9]));
  const one = await treeHash(tree);
  writeFileSync(join(tree, 'Makefile'), Buffer.from([0xe8]));
  expect(await treeHash(tree)).not.toBe(one);
});

it('sees staged changes, and takes only its own part of a repository', async () => {
  const tree = await gitTree();
  const [whole, sub] = [await treeHash(tree), await treeHash(join(tree, 'sub'))];
  appendFileSync(join(tree, 'Makefile'), '#');
  await git(tree, 'add', '.');
  expect(await treeHash(tree)).not.toBe(whole);
  expect(await treeHash(join(tree, 'sub'))).toBe(sub);
  appendFileSync(join(tree, 'sub/run'), '#');
  expect(await treeHash(join(tree, 'sub'))).not.toBe(sub);
});

describe('two states of a git work tree', () => {
  const differences = (before: TreeListing, now: TreeListing) =>
    [...new Set([...before.keys(), ...now.keys()])]
      .map((name) => [name, { was: before.get(name), is: now.get(name) }] as const)
      .filter(([, { was, is }]) => was !== is)
      .sort();
  const look = (tree: string) => lookAtTree(tree, []);

  it.each(edits)('tell what differs without a list: %s', async (_, edit) => {
    const tree = await gitTree();
    const clean = await look(tree);
    appendFileSync(join(tree, 'sub/run'), '#');
    writeFileSync(join(tree, 'sub/untracked'), '');
    const dirty = await look(tree);
    edit(tree);
    const edited = await look(tree);
    for (const [before, now] of [
      [clean, dirty],
      [dirty, edited],
      [clean, edited],
      [edited, clean],
    ] as const)
      expect([...compareStates(before.state!, now.state!)!].sort()).toEqual(
        differences(before.files(), now.files()),
      );
  });

  it('tell nothing once the index is another one', async () => {
    const tree = await gitTree();
    const before = await look(tree);
    appendFileSync(join(tree, 'Makefile'), '#');
    await git(tree, 'add', '.');
    expect(compareStates(before.state!, (await look(tree)).state!)).toBeUndefined();
  });

  it('know files that git was asked not to look at, and those of a repository within', async () => {
    const [tree, inner] = [await gitTree(), await gitTree()];
    await git(tree, 'update-index', '--assume-unchanged', 'Makefile');
    cpSync(inner, join(tree, 'nested'), { recursive: true, verbatimSymlinks: true });
    const before = await look(tree);
    appendFileSync(join(tree, 'Makefile'), '#');
    appendFileSync(join(tree, 'nested/Makefile'), '#');
    rmSync(join(tree, 'nested/sub/run'));
    const now = await look(tree);
    const found = [...compareStates(before.state!, now.state!)!].sort();
    expect(found).toEqual(differences(before.files(), now.files()));
    // The links lead to the Makefiles.
    const names = ['Makefile', 'link', 'nested/Makefile', 'nested/link', 'nested/sub/run'];
    expect(found.map(([name]) => name)).toEqual(names);
  });
});

describe.each([
  ['a plain directory', async () => plainTree()],
  ['a git work tree', gitTree],
] as const)('the hash of %s has what its links lead to', (_, make) => {
  /** Makes a directory outside of the tree, and a tree with links to it, committed or not. */
  async function linked(isCommitted: boolean): Promise<{ tree: string; outside: string }> {
    const tree = await make();
    const outside = mkdtempSync(join(root, 'outside-'));
    mkdirSync(join(outside, 'dir/deep'), { recursive: true });
    for (const name of ['file.c', 'other.c', 'dir/a.h', 'dir/deep/b.h'])
      writeFileSync(join(outside, name), name);
    symlinkSync('../../other.c', join(outside, 'dir/deep/link.c'));
    symlinkSync(outside, join(outside, 'dir/circle'));
    symlinkSync(join(outside, 'file.c'), join(tree, 'sub/file.c'));
    symlinkSync(join(outside, 'dir'), join(tree, 'include'));
    for (const [name, target] of Object.entries({
      up: '..',
      itself: '.',
      gone: 'x',
      round: 'round',
      host: '/proc',
    }))
      symlinkSync(target, join(tree, name));
    if (isCommitted && existsSync(join(tree, '.git'))) {
      await git(tree, 'add', '.');
      await git(tree, 'commit', '-qm', 'links');
    }
    return { tree, outside };
  }

  it.each([true, false])('with links that are committed: %s', async (isCommitted) => {
    const { tree, outside } = await linked(isCommitted);
    const home = mkdtempSync(join(root, 'home-'));
    let last = await treeHash(tree, home);
    expect(await treeHash(tree, home)).toBe(last);
    const changes: [string, () => void][] = [
      ['a file', () => appendFileSync(join(outside, 'file.c'), '#')],
      ['its mode', () => chmodSync(join(outside, 'file.c'), 0o755)],
      ['a file in a directory', () => appendFileSync(join(outside, 'dir/deep/b.h'), '#')],
      ['a new one there', () => writeFileSync(join(outside, 'dir/new.h'), '')],
      ['one behind a link there', () => appendFileSync(join(outside, 'other.c'), '#')],
      ['a deleted one there', () => rmSync(join(outside, 'dir/a.h'))],
      ['a deleted target', () => rmSync(join(outside, 'file.c'))],
      ['a deleted directory', () => rmSync(join(outside, 'dir'), { recursive: true })],
    ];
    for (const [what, change] of changes) {
      change();
      const now = await treeHash(tree, home);
      expect({ what, isSame: now === last }).toEqual({ what, isSame: false });
      expect(await treeHash(tree)).toBe(now);
      last = now;
    }
  });

  it.each<[string, (outside: string) => void]>([
    [
      'an output directory of make',
      (outside) => mkdirSync(join(outside, 'include/config'), { recursive: true }),
    ],
    ['one with a configuration', (outside) => writeFileSync(join(outside, '.config'), '')],
    [
      'published artifacts',
      (outside) => writeFileSync(join(outside, 'manifest.json'), '{ "recipe": "r", "artifacts": {} }'),
    ],
  ])('but for what builds write: %s', async (_what, makeOutput) => {
    const { tree, outside } = await linked(true);
    makeOutput(outside);
    const before = await treeHash(tree);
    for (const name of ['file.c', 'dir/a.h', 'dir/deep/b.h']) appendFileSync(join(outside, name), '#');
    expect(await treeHash(tree)).toBe(before);
  });

  it('and lists them in place of the links', async () => {
    const { tree } = await linked(true);
    const files = (await lookAtTree(tree, [])).files();
    const names = [...files.keys()].filter((name) => /include|sub\/file/.test(name)).sort();
    const through = ['a.h', 'circle', 'deep/b.h', 'deep/link.c'];
    const around = ['file.c', 'other.c', ...through.map((name) => `dir/${name}`)];
    const expected = [...through, ...around.map((name) => `circle/${name}`)];
    expect(names).toEqual(['include', 'sub/file.c', ...expected.map((name) => `include/${name}`)].sort());
    expect(files.get('sub/file.c')).toMatch(/^120000 [0-9a-f]{40} 100644 [0-9a-f]{40}$/);
    expect(['up', 'itself', 'gone', 'round', 'host'].map((name) => files.get(name))).toEqual(
      Array(5).fill(expect.stringMatching(/^120000 [0-9a-f]{40}$/)),
    );
  });
});

describe('a look at a tree', () => {
  const append = (name: string) => (tree: string) => appendFileSync(join(tree, name), '#');
  it.each<[string, (tree: string) => unknown, TreeEdits]>([
    ['nothing', () => undefined, 'none'],
    ['content', append('Makefile'), 'some'],
    ['content, staged', async (tree) => (append('Makefile')(tree), git(tree, 'add', '.')), 'none'],
    [
      'content, committed',
      async (tree) => (append('Makefile')(tree), git(tree, 'commit', '-qam', 'x')),
      'none',
    ],
    [
      'content, staged and edited again',
      async (tree) => (append('Makefile')(tree), await git(tree, 'add', '.'), append('Makefile')(tree)),
      'some',
    ],
    ['a new file', append('sub/new'), 'none'],
    [
      'a new file after git add --intent-to-add',
      async (tree) => (append('sub/new')(tree), git(tree, 'add', '--intent-to-add', '.')),
      'some',
    ],
    ['a deleted file', (tree) => rmSync(join(tree, 'Makefile')), 'unknown'],
    ['times', (tree) => utimesSync(join(tree, 'Makefile'), 1, 1), 'unknown'],
    ['the executable bit', (tree) => chmodSync(join(tree, 'sub/run'), 0o755), 'unknown'],
    ['a link', (tree) => (rmSync(join(tree, 'link')), symlinkSync('sub', join(tree, 'link'))), 'unknown'],
    [
      'content under --assume-unchanged',
      async (tree) => (
        await git(tree, 'update-index', '--assume-unchanged', 'Makefile'),
        append('Makefile')(tree)
      ),
      'unknown',
    ],
    [
      'content where git goes by size',
      async (tree) => (await git(tree, 'config', 'core.checkStat', 'minimal'), append('Makefile')(tree)),
      'unknown',
    ],
    [
      'line ends that git converts',
      async (tree) => (
        await git(tree, 'config', 'core.autocrlf', 'true'),
        writeFileSync(join(tree, 'Makefile'), 'all:\r\n')
      ),
      'unknown',
    ],
    [
      'a submodule',
      async (tree) => {
        await git(tree, 'submodule', 'add', '--quiet', await gitTree(), 'inner');
        await git(tree, 'commit', '-qm', 'inner');
        append('inner/Makefile')(tree);
      },
      'unknown',
    ],
  ])('says whether git status surely shows a change: %s', async (_, edit, expected) => {
    const tree = await gitTree();
    await edit(tree);
    const { edits } = await lookAtTree(tree, []);
    expect(edits).toBe(expected);
    const { stdout } = await git(tree, 'status', '--porcelain', '--untracked-files=no');
    const inWorkTree = String(stdout)
      .split('\n')
      .filter((line) => /^.[^ ]/.test(line));
    if (edits === 'some') expect(inWorkTree).not.toEqual([]);
    if (edits === 'none') expect(inWorkTree).toEqual([]);
    const state = await scmState(tree);
    expect(await scmState(tree, edits)).toBe(state);
    expect(/ dirty$/.test(state!)).toBe(String(stdout) !== '');
  });

  it('says nothing of a directory without git', async () => {
    expect((await lookAtTree(plainTree(), [])).edits).toBe('unknown');
  });
});

describe('remembered files', () => {
  /** Makes the files old enough to be remembered. */
  const settled = () => new Promise((resolve) => setTimeout(resolve, 2_100));

  it('are not read again, and a file that changed is', async () => {
    const [tree, home] = [plainTree(), mkdtempSync(join(root, 'home-'))];
    await settled();
    const before = await treeHash(tree, home);
    expect(await treeHash(tree, home)).toBe(before);
    const known = () => readFileSync(recordIn(home), 'utf8');
    expect(JSON.parse(known()).names.split('//')).toContain('sub/run');
    // Same size, same mtime: only ctime tells.
    const { atime, mtime } = statSync(join(tree, 'sub/run'));
    writeFileSync(join(tree, 'sub/run'), '#!/bin/SH\n');
    utimesSync(join(tree, 'sub/run'), atime, mtime);
    expect(await treeHash(tree, home)).not.toBe(before);
    writeFileSync(join(tree, 'sub/run'), '#!/bin/sh\n');
    expect(await treeHash(tree, home)).toBe(before);
  });

  it.each([
    ['cut short', () => '{"names": "x'],
    ["an older Bringup's", () => '[["/a",1,2,3,4,5,"x"]]'],
    ['of too few facts', (text: string) => JSON.stringify({ ...JSON.parse(text), facts: '' })],
    ['null', () => 'null'],
  ])('are forgotten when the record is %s', async (_what, change) => {
    const [tree, home] = [plainTree(), mkdtempSync(join(root, 'home-'))];
    await settled();
    const before = await treeHash(tree, home);
    writeFileSync(recordIn(home), change(readFileSync(recordIn(home), 'utf8')));
    expect(await treeHash(tree, home)).toBe(before);
  });

  it('are found whatever was added, removed or renamed around them', async () => {
    const [tree, home] = [plainTree(), mkdtempSync(join(root, 'home-'))];
    await settled();
    await treeHash(tree, home);
    const record = recordIn(home);
    writeFileSync(join(tree, 'sub/0-first'), 'new');
    renameSync(join(tree, 'sub/run'), join(tree, 'sub/zz-last'));
    expect(await treeHash(tree, home)).toBe(await treeHash(tree));
    rmSync(join(tree, 'sub/0-first'));
    renameSync(join(tree, 'sub/zz-last'), join(tree, 'sub/run'));
    await settled();
    const again = await treeHash(tree, home);
    expect(again).toBe(await treeHash(tree));
    // Nothing has to be read, so the record is unchanged.
    const text = readFileSync(record, 'utf8');
    expect(await treeHash(tree, home)).toBe(again);
    expect(readFileSync(record, 'utf8')).toBe(text);
  });

  it('are not those of a file that was written a moment ago', async () => {
    const [tree, home] = [plainTree(), mkdtempSync(join(root, 'home-'))];
    await treeHash(tree, home);
    expect(JSON.parse(readFileSync(recordIn(home), 'utf8'))).toEqual({
      names: '',
      facts: '',
      ids: '',
    });
  });
});

it('walks a directory that git ignores or has no commit of', async () => {
  const tree = await gitTree();
  for (const name of ['made.o', 'empty.o']) {
    mkdirSync(join(tree, name));
    if (name === 'empty.o') await git(join(tree, name), 'init', '-q');
    const before = await treeHash(join(tree, name));
    writeFileSync(join(tree, name, 'x'), '');
    expect(await treeHash(join(tree, name))).not.toBe(before);
  }
});

it('sees the links of a submodule as those of the same files without git', async () => {
  const [tree, inner] = [await gitTree(), await gitTree()];
  symlinkSync('../sub', join(inner, 'around'));
  await git(inner, 'add', '.');
  await git(inner, 'commit', '-qm', 'link');
  await git(tree, 'submodule', '--quiet', 'add', inner, 'module');
  await git(tree, 'commit', '-qm', 'module');
  const copy = join(mkdtempSync(join(root, 'copy-')), 'tree');
  cpSync(tree, copy, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (from) => !/\/\.git$/.test(from),
  });
  const [own, copied] = [await lookAtTree(tree, []), await lookAtTree(copy, [])];
  expect([...own.files()].sort()).toEqual([...copied.files()].sort());
});

it('sees into submodules and repositories within', async () => {
  const [tree, inner] = [await gitTree(), await gitTree()];
  await git(tree, 'submodule', '--quiet', 'add', inner, 'module');
  await git(tree, 'commit', '-qm', 'module');
  cpSync(inner, join(tree, 'nested'), { recursive: true, verbatimSymlinks: true });
  for (const name of ['module', 'nested']) {
    const before = await treeHash(tree);
    appendFileSync(join(tree, name, 'Makefile'), '#');
    expect(await treeHash(tree)).not.toBe(before);
  }
});

it('sees a repository with ids of SHA-256 as a walk does', async () => {
  const tree = plainTree();
  const before = await treeHash(tree);
  await git(tree, 'init', '-q', '--object-format=sha256');
  await git(tree, 'add', '.');
  expect(await treeHash(tree)).toBe(before);
  utimesSync(join(tree, 'Makefile'), 1, 1);
  expect(await treeHash(tree)).toBe(before);
});

it('sees a submodule that is not checked out as an empty directory', async () => {
  const [tree, inner] = [await gitTree(), await gitTree()];
  const before = await treeHash(tree);
  await git(tree, 'submodule', '--quiet', 'add', inner, 'module');
  await git(tree, 'submodule', '--quiet', 'deinit', '--force', 'module');
  rmSync(join(tree, '.gitmodules'));
  expect(await treeHash(tree)).toBe(before);
  expect(await treeHash(join(tree, 'module'))).toBe(await treeHash(mkdtempSync(join(root, 'empty-'))));
});

it('has no part in the configuration and environment of who runs it', async () => {
  const tree = await gitTree();
  const before = await treeHash(tree);
  const home = mkdtempSync(join(root, 'home-'));
  writeFileSync(
    join(home, '.gitconfig'),
    '[core]\n\texcludesFile = /dev/null\n\tfileMode = false\n[diff]\n\texternal = false\n',
  );
  process.env['GIT_DIR'] = '/nowhere';
  process.env['GIT_CONFIG_GLOBAL'] = join(home, '.gitconfig');
  try {
    chmodSync(join(tree, 'sub/run'), 0o755);
    expect(await treeHash(tree)).not.toBe(before);
    chmodSync(join(tree, 'sub/run'), 0o644);
    expect(await treeHash(tree)).toBe(before);
  } finally {
    delete process.env['GIT_DIR'];
    delete process.env['GIT_CONFIG_GLOBAL'];
  }
});

itWhere('root')(
  'reads a work tree of somebody else (skipped unless run by root, who can give it away)',
  async () => {
    const tree = await gitTree();
    writeFileSync(join(tree, 'a.o'), '');
    const before = await treeHash(tree);
    await runProgram(['chown', '-R', '65534:65534', tree]);
    expect(await treeHash(tree)).toBe(before);
  },
);

it('is the identity of a source directory, which is not locked', async () => {
  const tree = plainTree();
  const made = await ensureSource({ kind: 'directory', path: tree }, undefined, { home: root });
  expect(made).toMatchObject({ path: tree, identity: await treeHash(tree), epoch: 315532800 });
  await expect(
    ensureSource({ kind: 'directory', path: join(tree, 'none') }, undefined, { home: root }),
  ).rejects.toMatchObject({ code: 'SOURCE_MISSING' });
});

it('has the files that came and went since the directories were remembered', async () => {
  const [tree, home] = [await gitTree(), mkdtempSync(join(root, 'home-'))];
  await new Promise((resolve) => setTimeout(resolve, 2_100));
  const before = await treeHash(tree, home);
  const [trees] = readdirSync(join(home, 'trees'));
  expect(readdirSync(join(home, 'trees', trees!))).toContain('directories.json');
  const edits: [edit: () => unknown, changes: boolean][] = [
    [() => mkdirSync(join(tree, 'sub/empty/new')), false],
    [() => writeFileSync(join(tree, 'sub/empty/new/file.c'), 'int a;\n'), true],
    [() => appendFileSync(join(tree, 'sub/empty/new/file.c'), 'int b;\n'), true],
    [() => writeFileSync(join(tree, 'ignored.o'), ''), false],
    [() => renameSync(join(tree, 'sub/empty/new'), join(tree, 'new')), true],
    [() => git(tree, 'add', 'new'), false],
    [() => rmSync(join(tree, 'new/file.c')), true],
    [() => git(tree, 'reset', '--quiet', '--hard'), false],
  ];
  let last = before;
  for (const [index, [edit, changes]] of edits.entries()) {
    await edit();
    const hash = await treeHash(tree, home);
    expect({ index, hash }).toEqual({ index, hash: await treeHash(tree) });
    expect({ index, changes: hash !== last }).toEqual({ index, changes });
    last = hash;
  }
  expect(last).toBe(before);
});

describe('an index that tells more than files and ids', () => {
  const allOf = async (tree: string, home?: string) => [
    ...(await (await lookAtTree(tree, [ALL_FILES], home)).files()),
  ];

  /** A tree with one file that two branches changed, as git leaves it in the middle of merging them. */
  async function conflictedTree(how: 'merge' | 'rebase'): Promise<string> {
    const tree = await gitTree();
    await git(tree, 'switch', '-qc', 'theirs');
    appendFileSync(join(tree, 'Makefile'), '# theirs\n');
    await git(tree, 'commit', '-qam', 'theirs');
    await git(tree, 'switch', '-qc', 'ours', 'HEAD~');
    appendFileSync(join(tree, 'Makefile'), '# ours\n');
    await git(tree, 'commit', '-qam', 'ours');
    await expect(git(tree, how, 'theirs')).rejects.toMatchObject({ code: 'TOOL_FAILED' });
    return tree;
  }

  it.each(['merge', 'rebase'] as const)(
    'in the middle of a %s, the files are those on the disk',
    async (how) => {
      const [tree, home] = [await conflictedTree(how), mkdtempSync(join(root, 'home-'))];
      const copy = mkdtempSync(join(root, 'no-git-'));
      cpSync(tree, copy, { recursive: true, verbatimSymlinks: true });
      rmSync(join(copy, '.git'), { recursive: true });
      const before = await treeHash(tree, home);
      expect(before).toBe(await treeHash(copy));
      appendFileSync(join(tree, 'Makefile'), '# solved\n');
      const solved = await treeHash(tree, home);
      expect(solved).not.toBe(before);
      await git(tree, 'add', '.');
      expect(await treeHash(tree, home)).toBe(solved);
    },
  );

  it.each<[string, (tree: string) => Promise<unknown>]>([
    [
      'a file that is yet to be added',
      async (tree) => {
        writeFileSync(join(tree, 'new'), 'new\n');
        return git(tree, 'add', '--intent-to-add', 'new');
      },
    ],
    [
      'a file in place of a directory',
      async (tree) => {
        rmSync(join(tree, 'sub'), { recursive: true });
        writeFileSync(join(tree, 'sub'), 'file\n');
      },
    ],
    [
      'a directory in place of a file',
      async (tree) => {
        rmSync(join(tree, 'Makefile'));
        mkdirSync(join(tree, 'Makefile'));
        writeFileSync(join(tree, 'Makefile/x'), 'x\n');
      },
    ],
    [
      'a repository made of a directory with tracked files',
      async (tree) => {
        await git(join(tree, 'sub'), 'init', '-q');
        writeFileSync(join(tree, 'sub/run'), 'changed\n');
      },
    ],
    [
      'a directory in whose place is a link to another one',
      async (tree) => {
        renameSync(join(tree, 'sub'), join(tree, 'other'));
        symlinkSync('other', join(tree, 'sub'));
      },
    ],
    ['a file that is removed from the index alone', (tree) => git(tree, 'rm', '-q', '--cached', 'Makefile')],
  ])('%s: the same as a walk', async (_what, change) => {
    const [tree, home] = [await gitTree(), mkdtempSync(join(root, 'home-'))];
    await treeHash(tree, home);
    await change(tree);
    const copy = mkdtempSync(join(root, 'no-git-'));
    cpSync(tree, copy, { recursive: true, verbatimSymlinks: true });
    for (const place of ['.git', 'sub/.git'])
      if (existsSync(join(copy, place))) rmSync(join(copy, place), { recursive: true });
    const [files, hash] = [await allOf(copy), await treeHash(copy)];
    // The second look has the sums of the first.
    for (const _look of [1, 2]) {
      expect((await allOf(tree, home)).sort()).toEqual(files.sort());
      expect(await treeHash(tree, home)).toBe(hash);
    }
  });

  it.each([
    ['of another index', (text: string) => text.replace(/"(digest|checksum)":"./g, '"$1":"x')],
    ['cut short', (text: string) => text.slice(0, 20)],
    ['null', () => 'null'],
  ])('is not taken from a record %s', async (_what, change) => {
    const [tree, home] = [await gitTree(), mkdtempSync(join(root, 'home-'))];
    const before = await treeHash(tree, home);
    const record = recordIn(home, 'sums.json');
    writeFileSync(record, change(readFileSync(record, 'utf8')).replace(/[0-9a-f]{64}/, '0'.repeat(64)));
    expect(await treeHash(tree, home)).toBe(before);
  });

  it('is listed each time where it has no checksum (index.skipHash)', async () => {
    const [tree, home] = [await gitTree(), mkdtempSync(join(root, 'home-'))];
    const index = join(tree, '.git/index');
    writeFileSync(index, Buffer.concat([readFileSync(index).subarray(0, -20), Buffer.alloc(20)]));
    const before = await treeHash(tree, home);
    expect(before).toBe(await treeHash(tree));
    expect(JSON.parse(readFileSync(recordIn(home, 'sums.json'), 'utf8'))).not.toHaveProperty('checksum');
  });

  it('of a sparse checkout goes by the files that are there', async () => {
    const [tree, home] = [await gitTree(), mkdtempSync(join(root, 'home-'))];
    await git(tree, 'sparse-checkout', 'set', '--no-cone', '/Makefile', '/.gitignore', '/link');
    const sparse = await treeHash(tree, home);
    mkdirSync(join(tree, 'sub'), { recursive: true });
    writeFileSync(join(tree, 'sub/run'), '#!/bin/sh\n');
    expect(await treeHash(tree, home)).not.toBe(sparse);
    rmSync(join(tree, 'sub/run'));
    expect(await treeHash(tree, home)).toBe(sparse);
  });
});

describe('a large directory without git', () => {
  /** More files than are read each time. */
  function largeTree(): string {
    const tree = plainTree();
    for (let index = 0; index < 2_100; index += 1) writeFileSync(join(tree, `file-${index}`), `${index}\n`);
    return tree;
  }

  it('has an index in the store, which sees every change', async () => {
    const [tree, home] = [largeTree(), mkdtempSync(join(root, 'home-'))];
    writeFileSync(join(tree, '.gitattributes'), '* text=auto eol=crlf\n');
    writeFileSync(join(tree, 'a\\b'), '');
    writeFileSync(Buffer.from(join(tree, 'x\xff\n'), 'latin1'), '');
    const first = await treeHash(tree, home);
    expect(existsSync(recordIn(home, 'index/.git/index'))).toBe(true);
    expect(existsSync(join(tree, '.git'))).toBe(false);
    expect(await treeHash(tree, home)).toBe(first);
    for (const [, edit] of edits) {
      writeFileSync(join(tree, 'sub/run'), '#!/bin/sh\n');
      edit(tree);
      expect(await treeHash(tree, home)).toBe(await treeHash(tree));
    }
    for (let index = 0; index < 300; index += 1) {
      appendFileSync(join(tree, `file-${index}`), 'more\n');
      rmSync(join(tree, `file-${index + 1_000}`));
    }
    const many = await treeHash(tree);
    for (const _look of [1, 2]) expect(await treeHash(tree, home)).toBe(many);
  });

  it('has an index that settles, also where many files lie behind a link', async () => {
    const [tree, home] = [largeTree(), mkdtempSync(join(root, 'home-'))];
    const outside = mkdtempSync(join(root, 'outside-'));
    for (let index = 0; index < 300; index += 1) writeFileSync(join(outside, `${index}.h`), `${index}\n`);
    symlinkSync(outside, join(tree, 'include'));
    const first = await treeHash(tree, home);
    const { mtimeNs } = statSync(recordIn(home, 'index/.git/index'), { bigint: true });
    expect(await treeHash(tree, home)).toBe(first);
    appendFileSync(join(outside, '7.h'), '#');
    expect(await treeHash(tree, home)).toBe(await treeHash(tree));
    expect(statSync(recordIn(home, 'index/.git/index'), { bigint: true }).mtimeNs).toBe(mtimeNs);
  });

  it('is read again when the index is damaged', async () => {
    const [tree, home] = [largeTree(), mkdtempSync(join(root, 'home-'))];
    const before = await treeHash(tree, home);
    const index = recordIn(home, 'index/.git/index');
    writeFileSync(index, 'no index');
    for (const _look of [1, 2]) expect(await treeHash(tree, home)).toBe(before);
    expect(readFileSync(index, 'latin1')).toMatch(/^DIRC/);
  });

  it('may become a work tree of git, and stop being one', async () => {
    const [tree, home] = [largeTree(), mkdtempSync(join(root, 'home-'))];
    const before = await treeHash(tree, home);
    await git(tree, 'init', '-q');
    expect(await treeHash(tree, home)).toBe(before);
    await git(tree, 'add', '--force', '.');
    expect(await treeHash(tree, home)).toBe(before);
    rmSync(join(tree, '.git'), { recursive: true });
    expect(await treeHash(tree, home)).toBe(before);
  });
});

itWhere('root')(
  'names a file that cannot be read (skipped unless run by root, who can become somebody else)',
  async () => {
    const tree = plainTree();
    chmodSync(root, 0o755);
    chmodSync(tree, 0o755);
    chmodSync(join(tree, 'Makefile'), 0o600);
    process.seteuid!(65_534);
    try {
      await expect(describeDirectory(tree, root, [ALL_FILES])).rejects.toMatchObject({
        code: 'SOURCE_UNREADABLE',
        message: expect.stringMatching(/cannot read .*Makefile/),
      });
    } finally {
      process.seteuid!(0);
    }
  },
);
