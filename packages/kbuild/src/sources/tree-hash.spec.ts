import {
  appendFileSync,
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from '@bringup/process';
import { itWhere } from '../../../../jest.abilities.js';
import { ensureSource } from './sources.js';
import { treeHash } from './tree-hash.js';

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
  expect(made).toEqual({ path: tree, identity: await treeHash(tree), epoch: 315532800 });
  await expect(
    ensureSource({ kind: 'directory', path: join(tree, 'none') }, undefined, { home: root }),
  ).rejects.toMatchObject({ code: 'SOURCE_MISSING' });
});
