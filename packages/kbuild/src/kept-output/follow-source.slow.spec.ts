import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SourceTree } from '../sources/index.js';
import { OwnTree } from '../testing/own-tree.js';
import { prepareOut } from './prepare-out.js';

const root = mkdtempSync(join(tmpdir(), 'bringup-follow-source-spec-'));
afterAll(() => rmSync(root, { recursive: true }));
let count = 0;
/** Two headers have one name: include/b.h, and kernel/b.h. */
const setUp = () => {
  const own = new OwnTree(join(root, String(count++)));
  own.write('kernel/b.h', '#define OTHER 1\n');
  own.write('kernel/printk.c', `#include "../kernel/b.h"\n${own.read('kernel/printk.c')}`);
  return own;
};

const ALL = ['init/main', 'kernel/printk', 'net/core'];
const append = (own: OwnTree, name: string, text: string) => own.write(name, own.read(name) + text);
const replace = (own: OwnTree, name: string, from: string | RegExp, to: string) =>
  own.write(name, own.read(name).replace(from, to));

/** How the next revision of a source in the store differs, what of it is compiled, and the reason that the user is given. */
const ROWS: [edit: string, apply: (own: OwnTree) => void, compiled: string[], note?: RegExp][] = [
  ['nothing but its name', () => undefined, []],
  ['a C file', (own) => append(own, 'init/main.c', 'int more;\n'), ['init/main'], /^init\/main\.c: /],
  ['a header', (own) => own.write('include/a.h', '#define A 2\n'), ['kernel/printk', 'net/core'], /a\.h/],
  [
    'a header of a name that others have',
    (own) => own.write('kernel/b.h', '#define OTHER 9\n'),
    ['kernel/printk'],
    /^kernel\/b\.h: /,
  ],
  ['a header that hides another', (own) => own.write('arch/x86/include/a.h', '#define A 3\n'), ALL.slice(1)],
  [
    'a file less',
    (own) => {
      rmSync(own.path('net/core.c'));
      replace(own, 'Makefile', /^objs-\$\(CONFIG_NET\).*\n/m, '');
    },
    [],
  ],
  ['flags in the Makefile', (own) => replace(own, 'Makefile', 'flags := ', 'flags := -DMORE '), ALL],
  [
    'a recipe in the Makefile',
    (own) => replace(own, 'Makefile', 'nm $@ |', 'nm -n $@ |'),
    ALL,
    /a rule in Makefile changed: starting afresh/,
  ],
  ['a script', (own) => own.write('scripts/mksysmap', 'cat\n'), ALL, /scripts\/mksysmap changed/],
  [
    'what Debian adds, and documentation',
    (own) => {
      own.write('debian/changelog', 'linux (6.1.2-1)\n');
      own.write('.pc/a/init/main.c', 'before\n');
      own.write('Documentation/a.rst', 'a\n');
    },
    [],
  ],
];

describe('the next revision of a source differs in', () => {
  const rows = ROWS.map(([edit, apply, compiled, note]) => ({ edit, apply, compiled, note }));
  it.each(rows)('$edit: only what depends on it is compiled', async ({ apply, compiled, note }) => {
    const own = setUp();
    await own.build(own.store('1'));
    apply(own);
    const next = own.store('2');
    const after = (await own.build(next))!;
    const notes = [...own.notes];
    expect({ compiled: after.compiled, hashes: after.hashes }).toEqual({
      compiled,
      hashes: await own.buildFromNothing(next),
    });
    const isRevision = (line: string) => /^another revision of the source, \d+ files? differs?: /.test(line);
    const isAfresh = notes.some((line) => line.endsWith(': starting afresh'));
    expect(notes.filter(isRevision)).toHaveLength(isAfresh ? 0 : 1);
    const others = notes.filter((line) => !isRevision(line));
    expect(others).toEqual(note ? [expect.stringMatching(note)] : others);
    // Afterwards the moved directory is as good as one that was built here.
    expect((await own.build(next))!.compiled).toEqual([]);
    append(own, 'init/main.c', 'int yet_more;\n');
    const third = own.store('3');
    expect((await own.build(third))!.compiled).toEqual(['init/main']);
  });
});

it('starts afresh when the earlier revision is not in the store any more', async () => {
  const own = setUp();
  const first = own.store('1');
  await own.build(first);
  rmSync(first.path, { recursive: true });
  expect((await own.build(own.store('2')))!.compiled).toEqual(ALL);
});

it('starts afresh when the last build was killed', async () => {
  const own = setUp();
  await own.build(own.store('1'));
  writeFileSync(join(own.out, '../out.running'), execFileSync('cat', ['/proc/sys/kernel/random/boot_id']));
  expect((await own.build(own.store('2')))!.compiled).toEqual(ALL);
});

it('goes back and forth, and is what a build from nothing is each time', async () => {
  const own = setUp();
  const first = own.store('1');
  const before = (await own.build(first))!.hashes;
  own.write('include/b.h', '#define B 7\n');
  const second = own.store('2');
  for (const [source, hashes] of [
    [second, await own.buildFromNothing(second)],
    [first, before],
    [second, await own.buildFromNothing(second)],
  ] as const)
    expect(await own.build(source)).toEqual({ compiled: ['net/core'], hashes });
});

it('does not take a directory along in which a module is built: its kernel has times of its own', async () => {
  const own = setUp();
  const out = join(root, 'staging');
  const prepare = (source: SourceTree) =>
    prepareOut({ make: { arch: 'x86_64', crossCompile: '', llvm: false, source, out }, tools: {} });
  await prepare(own.store('1'));
  writeFileSync(join(out, 'module.o'), '');
  await prepare(own.store('1'));
  expect(existsSync(join(out, 'module.o'))).toBe(true);
  await prepare(own.store('2'));
  expect(existsSync(join(out, 'module.o'))).toBe(false);
});
