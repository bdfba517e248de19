import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NOBODY, takeOverCaches, withoutPrivilege } from './caches.js';
import { lastingDirectory } from './choose-caches.cjs';
import { makeFakeWorkspace } from './fake-workspace.js';
import { nx } from './nx-run.js';

/** The caches that tests share, tested with a source of one file. When root runs it, another user reads root's objects. */
const uid = process.getuid?.() === 0 ? NOBODY : undefined;
const SOURCE = '0123456789abcdef0123456789abcdef';

let base: string;
let home: string;
const at = (...path: string[]) => join(base, ...path);
const caches = () => ({ BRINGUP_HOME: at('store'), CCACHE_DIR: at('ccache') });

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'bringup-caches-'));
  chmodSync(base, 0o755);
  home = at('home');
  for (const path of ['store/sources', 'ccache', 'home']) mkdirSync(at(path), { recursive: true });
  if (uid !== undefined) chownSync(home, uid, uid);
  mkdirSync(at('store/sources', SOURCE));
  writeFileSync(at('store/sources', SOURCE, 'Makefile'), 'all:\n');
  writeFileSync(at('store/sources', SOURCE, 'one.c'), 'int one = 1;\n');
});
afterEach(() => rmSync(base, { recursive: true }));

/** Runs a program with a ccache, as the other user where there is one. */
function run(argv: readonly string[], ccache: string, other: boolean): string {
  const become = other && uid !== undefined ? withoutPrivilege(uid) : [];
  const [program, ...args] = [...become, ...argv];
  return execFileSync(program!, args, {
    env: { PATH: process.env.PATH, CCACHE_DIR: ccache, TMPDIR: '/tmp' },
    encoding: 'utf8',
  });
}

it('gives another user the sources and the objects of the user who runs the tests', () => {
  const compile = (tree: string, object: string) => [
    'ccache',
    'gcc',
    '-c',
    join(tree, 'one.c'),
    '-o',
    object,
  ];
  run(compile(at('store/sources', SOURCE), at('one.o')), at('ccache'), false);

  takeOverCaches(home, uid, caches());

  const theirs = join(home, '.cache/ccache');
  const tree = realpathSync(join(home, '.cache/bringup/sources', SOURCE));
  run(['ccache', '--zero-stats'], theirs, true);
  run(compile(tree, join(home, 'one.o')), theirs, true);
  expect(run(['ccache', '--print-stats'], theirs, true)).toMatch(/^cache_miss\t0$[^]*^direct_cache_hit\t1$/m);
});

it('leaves a tree that the user fetched, and removes a link that leads nowhere', () => {
  const sources = join(home, '.cache/bringup/sources');
  run(['mkdir', '--parents', join(sources, SOURCE)], '', true);
  run(['ln', '--symbolic', at('nothing'), join(sources, 'gone')], '', true);
  takeOverCaches(home, uid, caches());
  expect(readdirSync(sources)).toEqual([SOURCE]);
  expect(lstatSync(join(sources, SOURCE)).isDirectory()).toBe(true);
});

it.each<[string, () => void]>([
  ['a directory that others may write to', () => (mkdirSync(at('place')), chmodSync(at('place'), 0o777))],
  ['a link', () => symlinkSync(home, at('place'))],
])('refuses %s as the place of the caches', (_what, make) => {
  make();
  expect(() => lastingDirectory(process.getuid!(), at('place'))).toThrow(
    /Remove it, and run the tests again/,
  );
});

it('compiles nothing in a workspace to which published artifacts came along', async () => {
  const [one, other] = [makeFakeWorkspace(), makeFakeWorkspace()];
  try {
    const first = await nx(['run', 'kernel:build'], { cwd: one.root });
    expect(first.tasks).toEqual({ 'kernel:config': 'ran', 'kernel:build': 'ran' });
    cpSync(join(one.root, 'dist'), join(other.root, 'dist'), { recursive: true });
    const second = await nx(['run', 'kernel:build'], { cwd: other.root });
    expect(second.tasks).toEqual({ 'kernel:config': 'skipped', 'kernel:build': 'skipped' });
  } finally {
    for (const workspace of [one, other]) workspace.remove();
  }
}, 600_000);
