import { FileTree } from '../index.js';
import { device, directory, file, symlink, treeOf } from '../testing/trees.js';

it('sorts by bytes and supplies missing parents', () => {
  const tree = treeOf(file('b/c/d'), file('a-b'), file('a/z'), file('\uff5a'), file('\u{1f600}'));
  expect(tree.entries().map(({ path }) => path)).toEqual([
    'a',
    'a-b',
    'a/z',
    'b',
    'b/c',
    'b/c/d',
    '\uff5a',
    '\u{1f600}',
  ]);
  expect(tree.get('/b/c')).toEqual(directory('b/c'));
  expect(tree.get('nothing')).toBeUndefined();
});

it('lets the later entry win', () => {
  const tree = treeOf(file('a', 'old'), directory('d', 0o700), file('d/x')).merge(
    treeOf(file('/a', 'new'), directory('d', 0o755, 7)),
  );
  expect(tree.get('a')).toMatchObject({ content: { data: Buffer.from('new') } });
  expect(tree.get('d')).toMatchObject({ mode: 0o755, uid: 7 });
  expect(treeOf(directory('e'), symlink('e', 'd')).get('e')).toMatchObject({ type: 'symlink' });
});

it.each([
  '',
  '/',
  '..',
  'a/../b',
  './a',
  'a//b',
  'a/',
  '//a',
  'a\0b',
  'x'.repeat(256),
  'a/'.repeat(2048) + 'b',
])('refuses the path %j', (path) =>
  expect(() => treeOf(file(path))).toThrow(expect.objectContaining({ code: 'BAD_PATH' })),
);

it.each([
  [[file('a/b'), file('a')], 'a cannot become a file: it is a directory that holds a/b'],
  [[file('a'), file('a/b/c')], 'a/b/c cannot be added: a is a file, not a directory'],
  [[symlink('bin', 'usr/bin'), file('bin/x/y')], "Use the symlink's target path instead: usr/bin/x/y"],
  [[symlink('usr/lib', '/lib'), file('usr/lib/x')], "Use the symlink's target path instead: lib/x"],
  [[symlink('lib', 'usr/lib'), directory('lib')], 'lib cannot be added: lib is a symlink to usr/lib'],
])('names both sides of conflict %#', (entries, message) => {
  expect(() => treeOf(...entries)).toThrow(
    expect.objectContaining({ code: 'TREE_CONFLICT', message: expect.stringContaining(message) }),
  );
});

it.each([
  { ...file('a'), mode: 0o10000 },
  { ...file('a'), uid: -1 },
  { ...file('a'), gid: 2 ** 32 },
  { ...file('a'), uid: 1.5 },
  device('a', 4096, 0),
  device('a', 0, 2 ** 20),
  symlink('a', ''),
])('refuses %j', (entry) => {
  expect(() => new FileTree().add(entry)).toThrow(expect.objectContaining({ code: 'BAD_ENTRY' }));
});
