import { readFileSync } from 'node:fs';
import {
  baseTree,
  DEFAULT_INIT,
  initPrograms,
  lintTree,
  planInit,
  type FileTree,
  type TreeEntry,
} from '../index.js';
import { device, file, symlink, treeOf } from '../testing/trees.js';

/** A tree that boots: BusyBox is a stand-in of no known format. */
function good(...more: TreeEntry[]): FileTree {
  const tree = baseTree().merge(
    treeOf(
      file('bin/busybox', 'program', 0o755),
      symlink('bin/sh', 'busybox'),
      symlink('sbin/init', '../bin/busybox'),
    ),
  );
  tree.merge(planInit({ ...DEFAULT_INIT, console: 'ttyAMA0' }));
  tree.add(symlink('sbin/reboot', '/bin/busybox')).add(symlink('bin/umount', 'busybox'));
  for (const entry of more) tree.add(entry);
  return tree;
}

const node = readFileSync(process.execPath);
const script = (text: string, mode = 0o755) => file('x', text, mode);

/** A dynamic ELF of either class and byte order: one PT_INTERP, one PT_LOAD over everything, one PT_DYNAMIC. */
function elf(wide: boolean, big = false): Buffer {
  const bytes = Buffer.alloc(1024);
  bytes.write('\x7fELF', 0, 'latin1');
  bytes[4] = wide ? 2 : 1;
  bytes[5] = big ? 2 : 1;
  const number = (at: number, value: number, length: number) =>
    big
      ? bytes.writeUIntBE(value, at + Math.max(length - 4, 0), Math.min(length, 4))
      : bytes.writeUIntLE(value, at, Math.min(length, 4));
  const word = (at: number, value: number) => number(at, value, wide ? 8 : 4);
  const table = wide ? 64 : 52;
  const size = wide ? 56 : 32;
  word(wide ? 32 : 28, table);
  number(wide ? 54 : 42, size, 2);
  number(wide ? 56 : 44, 3, 2);
  const segment = (index: number, type: number, offset: number, address: number, length: number) => {
    const at = table + index * size;
    number(at, type, 4);
    word(at + (wide ? 8 : 4), offset);
    word(at + (wide ? 16 : 8), address);
    word(at + (wide ? 32 : 16), length);
  };
  segment(0, 3, 400, 0, 11);
  segment(1, 1, 0, 0x1000, 1024);
  segment(2, 2, 600, 0x1258, 64);
  bytes.write('/lib/ld.so\0', 400);
  bytes.write('\0libdemo.so\0', 500);
  [1, 1, 5, 0x1000 + 500, 0, 0].forEach((value, index) => word(600 + index * (wide ? 8 : 4), value));
  return bytes;
}

it.each<[string, FileTree, string, string[], string]>([
  ['a good tree', good(), '/init', [], ''],
  ['no init', treeOf(device('dev/console', 5, 1)), '/init', ['INIT_MISSING'], 'rdinit='],
  [
    'a dangling init',
    treeOf(symlink('init', 'sbin/init'), device('dev/console', 5, 1)),
    '/init',
    ['INIT_DANGLING'],
    'leads to /sbin, which',
  ],
  [
    'an init in circles',
    treeOf(symlink('init', 'init'), device('dev/console', 5, 1)),
    'init',
    ['INIT_DANGLING'],
    '',
  ],
  ['a directory as init', good(), '/etc', ['INIT_KIND'], 'directory'],
  ['an init without x', good(script('#!/bin/sh\n', 0o644)), '/x', ['INIT_NOT_EXECUTABLE'], 'chmod +x x'],
  ['no console', treeOf(file('init', '', 0o755)), '/init', ['CONSOLE_MISSING'], '5:1'],
  [
    'a file as console',
    treeOf(file('init', '', 0o755), file('dev/console')),
    '/init',
    ['CONSOLE_MISSING'],
    'is not',
  ],
  ['the full-width h', good(script('#!/bin/s\uff5a\n')), '/init', ['SHEBANG_NOT_ASCII'], '#!/bin/s\uff5a'],
  ['a byte order mark', good(script('\ufeff#!/bin/sh\n')), '/init', ['SHEBANG_NOT_ASCII'], 'byte order mark'],
  ['Windows line ends', good(script('#!/bin/sh\r\n')), '/init', ['SHEBANG_CARRIAGE_RETURN'], 'LF'],
  ['no interpreter', good(script('#! /bin/bash -e\n')), '/init', ['INTERPRETER_MISSING'], '/bin/bash'],
  ['an empty shebang', good(script('#!\n')), '/init', ['INTERPRETER_MISSING'], 'names no interpreter'],
  [
    'an interpreter without x',
    good(file('bin/i', ''), script('#!/bin/i\n')),
    '/init',
    ['INTERPRETER_MISSING'],
    'not an exec',
  ],
  ['a script that is not executable', good(script('#!/bin/bash\n', 0o644)), '/init', [], ''],
  [
    'a missing sysinit',
    good(file('etc/inittab', '# c\n::sysinit:/etc/rc\n')),
    '/init',
    ['SYSINIT_MISSING'],
    '/etc/rc',
  ],
  [
    'another program',
    good(file('etc/inittab', 'tty1::respawn:-/bin/ash\n')),
    '/init',
    ['INITTAB_PROGRAM_MISSING'],
    '/bin/ash',
  ],
  [
    'an rcS without x',
    good(file('etc/init.d/rcS', '#!/bin/sh\n')),
    '/init',
    ['SCRIPT_NOT_EXECUTABLE'],
    'chmod +x etc/init.d/rcS',
  ],
  [
    'BusyBox without inittab and rcS',
    treeOf(file('bin/busybox', '', 0o755), symlink('init', '/bin/busybox'), device('dev/console', 5, 1)),
    '/init',
    ['SYSINIT_MISSING'],
    '/etc/init.d/rcS',
  ],
  [
    'a script as init without rcS',
    treeOf(file('init', 'x', 0o755), device('dev/console', 5, 1)),
    '/init',
    [],
    '',
  ],
  [
    'a 64-bit ELF',
    good(file('x', elf(true), 0o755)),
    '/init',
    ['ELF_INTERPRETER_MISSING', 'LIBRARY_MISSING'],
    '/lib/ld.so',
  ],
  [
    'a 32-bit ELF',
    good(file('x', elf(false), 0o755)),
    '/init',
    ['ELF_INTERPRETER_MISSING', 'LIBRARY_MISSING'],
    '/lib/ld.so',
  ],
  [
    'a big-endian ELF',
    good(file('x', elf(true, true), 0o755)),
    '/init',
    ['ELF_INTERPRETER_MISSING', 'LIBRARY_MISSING'],
    '/lib/ld.so',
  ],
  [
    'an ELF with all it needs',
    good(file('x', elf(true), 0o755), file('lib/ld.so', '', 0o755), file('usr/lib/libdemo.so')),
    '/init',
    [],
    '',
  ],
  ['a damaged ELF', good(file('x', elf(true).subarray(0, 80), 0o755)), '/init', ['ELF_DAMAGED'], 'damaged'],
])('%s', async (_what, tree, init, codes, message) => {
  const problems = await lintTree(tree, { init });
  expect(problems.map(({ code }) => code)).toEqual(codes);
  expect(problems[0]?.message ?? '').toContain(message);
  expect(await lintTree(tree, { init })).toEqual(problems);
});

it('reads a real program', async () => {
  const problems = await lintTree(good(file('x', node, 0o755)), { init: '/init' });
  expect(problems.map(({ message }) => message).join('\n')).toMatch(/ld-linux.*\n(.*\n)*.*libc\.so\.6/);
});

it('asks for what a script that hands over runs', async () => {
  const programs = initPrograms({ style: 'switch-root', modules: ['ext4'] });
  const tree = good();
  const [problem, ...others] = await lintTree(tree, { init: '/init', programs });
  expect(others).toEqual([]);
  expect(problem).toEqual({
    code: 'INIT_PROGRAM_MISSING',
    path: 'init',
    message: `/init: needs ${programs.join(', ')}, which /sbin, /bin, /usr/sbin, /usr/bin do not have: take a BusyBox that has them`,
  });
  for (const name of programs) tree.add(symlink(`usr/sbin/${name}`, '/bin/busybox'));
  expect(await lintTree(tree, { init: '/init', programs })).toEqual([]);
  tree.add(file('usr/sbin/findfs', 'not executable', 0o644)).add(symlink('usr/sbin/mount', 'gone'));
  const [left] = await lintTree(tree, { init: '/init', programs });
  expect(left?.message).toContain('needs findfs, mount, which');
  expect(initPrograms({ style: 'script', modules: [] })).toEqual([]);
});
