import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { OwnTree } from '../testing/own-tree.js';
import { editAtRandom, seededRandom } from '../testing/random-edits.js';

const root = mkdtempSync(join(tmpdir(), 'bringup-edit-loop-spec-'));
afterAll(() => rmSync(root, { recursive: true }));
let count = 0;
/** Two headers have one name: include/b.h, and kernel/b.h. */
const setUp = () => {
  const own = new OwnTree(join(root, String(count++)));
  own.write('kernel/b.h', '#define OTHER 1\n');
  own.write('kernel/printk.c', `#include "../kernel/b.h"\n${own.read('kernel/printk.c')}`);
  own.commit();
  return own;
};

const LONG_AGO = 1_000_000_000;
const ALL = ['init/main', 'kernel/printk', 'net/core'];

/** Each edit of a tree that was built, what of it is compiled, and the reason that the user is given. */
const ROWS: [edit: string, apply: (own: OwnTree) => void, compiled: string[], note?: RegExp][] = [
  ['nothing', () => undefined, []],
  ['a C file', (own) => own.write('init/main.c', `${own.read('init/main.c')}int more;\n`), ['init/main']],
  [
    'a C file with an old time',
    (own) => own.write('init/main.c', `${own.read('init/main.c')}int more;\n`, LONG_AGO),
    ['init/main'],
    /^init\/main\.c: make would not notice the change, so the target that depends on it is made again$/,
  ],
  ['a header', (own) => own.write('include/a.h', '#define A 2\n'), ['kernel/printk', 'net/core']],
  ['a header of one file', (own) => own.write('include/b.h', '#define B 2\n'), ['net/core']],
  [
    'a header with an old time',
    (own) => own.write('include/b.h', '#define B 2\n', LONG_AGO),
    ['net/core'],
    /b\.h/,
  ],
  [
    'a header with an old time, of a name that others have',
    (own) => own.write('kernel/b.h', '#define OTHER 2\n', LONG_AGO),
    ['kernel/printk'],
    /^kernel\/b\.h: .*target that depends/,
  ],
  [
    'a new header that is found first',
    (own) => own.write('arch/x86/include/a.h', '#define A 3\n', LONG_AGO),
    ['kernel/printk', 'net/core'],
    /a\.h/,
  ],
  ['a new header that nothing includes', (own) => own.write('include/unused.h', '\n'), []],
  [
    'a renamed header',
    (own) => {
      renameSync(own.path('include/b.h'), own.path('include/c.h'));
      own.write('net/core.c', own.read('net/core.c').replace('b.h', 'c.h'));
    },
    // Any header of that name may have been hidden by it.
    ['kernel/printk', 'net/core'],
    /^include\/c\.h and 1 more: /,
  ],
  [
    'a new file in the Makefile',
    (own) => {
      own.write('lib/more.c', 'int more;\n', LONG_AGO);
      own.write('Makefile', own.read('Makefile').replace('objs-y := init', 'objs-y := lib/more.o init'));
    },
    ['lib/more'],
  ],
  [
    'a deleted file',
    (own) => {
      rmSync(own.path('net/core.c'));
      own.write('Makefile', own.read('Makefile').replace(/^objs-\$\(CONFIG_NET\).*\n/m, ''));
    },
    [],
    /^net\/core\.c: /,
  ],
  [
    'flags in the Makefile',
    (own) => own.write('Makefile', own.read('Makefile').replace('flags := ', 'flags := -DMORE '), LONG_AGO),
    ALL,
  ],
  [
    'a recipe in the Makefile',
    (own) => own.write('Makefile', own.read('Makefile').replace('nm $@ |', 'nm -n $@ |'), LONG_AGO),
    ALL,
    /a rule in Makefile changed: starting afresh/,
  ],
  [
    'a script',
    (own) => own.write('scripts/mksysmap', 'cat\n', LONG_AGO),
    ALL,
    /scripts\/mksysmap changed, and build steps may run it: starting afresh/,
  ],
  ['a Kconfig file', (own) => own.write('Kconfig', `${own.read('Kconfig')}\n# a comment\n`, LONG_AGO), []],
  [
    'a file of another kind with an old time',
    (own) => own.write('kernel/timeconst.bc', '1\n', LONG_AGO),
    ALL,
    /kernel\/timeconst\.bc changed, and is older than the last build: starting afresh/,
  ],
  ['documentation', (own) => own.write('Documentation/a.txt', 'text\n', LONG_AGO), []],
  ['a test', (own) => own.write('tools/testing/selftests/a.c', 'int a;\n', LONG_AGO), []],
  ['a configuration without it', (own) => (own.config = own.config.replace('CONFIG_NET=y\n', '')), []],
  ['only a time', (own) => utimesSync(own.path('init/main.c'), new Date(), new Date()), ['init/main']],
  ['only a time, long ago', (own) => utimesSync(own.path('include/a.h'), LONG_AGO, LONG_AGO), []],
  ['a commit', (own) => own.commit(), []],
  ['an amended commit', (own) => own.commit('--amend', '--message=another'), []],
  [
    'stash',
    (own) => {
      own.git('stash', '--quiet');
    },
    ['net/core'],
  ],
  [
    'stash and pop',
    (own) => {
      own.git('stash', '--quiet');
      own.git('stash', 'pop', '--quiet');
    },
    ['net/core'],
  ],
  [
    'a branch, there and back',
    (own) => {
      own.commit();
      own.git('checkout', '--quiet', '-b', 'other');
      own.write('init/main.c', `${own.read('init/main.c')}int other;\n`);
      own.commit();
      own.git('checkout', '--quiet', 'main');
    },
    ['init/main'],
  ],
];

describe('after each edit of a tree that was built', () => {
  const rows = ROWS.map(([edit, apply, compiled, note]) => ({ edit, apply, compiled, note }));
  it.each(rows)('$edit: only what depends on it is compiled', async ({ apply, compiled, note }) => {
    const own = setUp();
    own.write('kernel/timeconst.bc', '0\n');
    own.write('net/core.c', `${own.read('net/core.c')}int not_committed;\n`);
    expect((await own.build())!.compiled).toEqual(ALL);
    apply(own);
    const { compiled: made, hashes } = (await own.build())!;
    expect({ compiled: made, notes: own.notes }).toEqual({
      compiled,
      notes: note ? [expect.stringMatching(note)] : [],
    });
    expect(hashes).toEqual(await own.buildFromNothing());
    own.remove();
  });
});

it('compiles what a failed build left out, and nothing twice', async () => {
  const own = setUp();
  await own.build();
  own.write('include/a.h', '#define A 5\n');
  own.write('net/core.c', '#error\n');
  expect(await own.build()).toBeUndefined();
  own.write('net/core.c', 'int net;\n', LONG_AGO);
  const { compiled, hashes } = (await own.build())!;
  expect(compiled).toEqual(['net/core']);
  // Back to what the last complete build had, but not what the failed one compiled.
  own.write('include/a.h', '#define A 1\n', LONG_AGO);
  expect((await own.build())!.compiled).toEqual(['kernel/printk']);
  expect(hashes).not.toEqual(await own.buildFromNothing());
  own.remove();
});

it('makes again what a failed build left out, though its source is dated back', async () => {
  const own = setUp();
  await own.build();
  const [wrong, header] = [`#error not yet\n${own.read('init/main.c')}`, '#define A 5\n'];
  own.write('init/main.c', wrong);
  own.write('include/a.h', header);
  // Twice: what a build did not get to waits for the next one.
  expect(await own.build()).toBeUndefined();
  own.write('net/core.c', '#error\n');
  expect(await own.build()).toBeUndefined();
  own.write('net/core.c', '#include <a.h>\nint net = A;\n');
  own.write('init/main.c', wrong, LONG_AGO);
  own.write('include/a.h', header, LONG_AGO);
  expect(await own.build()).toBeUndefined();
  own.write('init/main.c', 'int right;\n');
  const { hashes } = (await own.build())!;
  expect(hashes).toEqual(await own.buildFromNothing());
  own.remove();
});

it('makes again what was not configured when its source changed, though that is dated back', async () => {
  const own = setUp();
  await own.build();
  const { config } = own;
  own.config = config.replace('CONFIG_NET=y\n', '');
  own.write('net/core.c', 'int changed_meanwhile;\n');
  await own.build();
  own.write('net/core.c', 'int changed_meanwhile;\n', LONG_AGO);
  own.config = config;
  const { compiled, hashes } = (await own.build())!;
  expect(compiled).toContain('net/core');
  expect(hashes).toEqual(await own.buildFromNothing());
  own.remove();
});

it.each([
  ['a file', 'net/core.c', 'core.c'],
  ['a directory', 'net', '.'],
])('compiles what a link to %s outside the tree leads to', async (_what, link, target) => {
  const own = setUp();
  const outside = join(own.tree, '../outside');
  cpSync(own.path('net'), outside, { recursive: true });
  rmSync(own.path(link), { recursive: true });
  symlinkSync(join(outside, target), own.path(link));
  own.commit();
  await own.build();
  for (const seconds of [undefined, LONG_AGO]) {
    appendFileSync(join(outside, 'core.c'), `int more_${seconds};\n`);
    if (seconds !== undefined) utimesSync(join(outside, 'core.c'), seconds, seconds);
    const { compiled, hashes } = (await own.build())!;
    expect(compiled).toEqual(['net/core']);
    expect(hashes).toEqual(await own.buildFromNothing());
  }
  own.remove();
});

it('builds a tree with links that lead nowhere, around in a circle, or to directories that change', async () => {
  const own = setUp();
  const targets = { gone: 'x', round: 'round', through: 'Makefile/x', up: '..', itself: '.' };
  for (const [name, target] of Object.entries(targets)) symlinkSync(target, own.path(name));
  // The build's own directory is behind them as well.
  symlinkSync(own.out, own.path('build'));
  for (const _time of [1, 2]) expect((await own.build())!.hashes).toEqual(await own.buildFromNothing());
  own.remove();
});

it('names the files with conflicts of a merge that make fails on, and builds what is resolved', async () => {
  const own = setUp();
  own.git('checkout', '--quiet', '-b', 'theirs');
  own.write('net/core.c', 'int theirs;\n');
  own.commit();
  own.git('checkout', '--quiet', 'main');
  own.write('net/core.c', 'int ours;\n');
  own.commit();
  expect(() => own.git('merge', 'theirs')).toThrow();
  expect(await own.build()).toBeUndefined();
  expect(own.failure).toMatch(
    /conflict marker[^]*\n\S*\/linux has unresolved conflicts in net\/core\.c\. Resolve them/,
  );
  own.git('checkout', '--theirs', 'net/core.c');
  // Still unmerged, and whole again.
  expect((await own.build())!.hashes).toEqual(await own.buildFromNothing());
  own.remove();
});

it('publishes nothing of a tree that changes while make runs, and makes it right the next time', async () => {
  const own = setUp();
  await own.build();
  own.write(
    'Makefile',
    own.read('Makefile').replace('echo "  LD', `echo 'int late;' >> $(srctree)/net/core.c; echo "  LD`),
  );
  await expect(own.build()).rejects.toMatchObject({
    code: 'SOURCE_CHANGED',
    message: expect.stringMatching(/changed while mine was being built: net\/core\.c\. Nothing is published/),
  });
  own.write('Makefile', own.read('Makefile').replace(/echo 'int late;'.*?; /, ''));
  utimesSync(own.path('net/core.c'), LONG_AGO, LONG_AGO);
  const { hashes } = (await own.build())!;
  expect(hashes).toEqual(await own.buildFromNothing());
  own.remove();
});

it('makes again what a failed build made from a file that is back as it was', async () => {
  const own = setUp();
  const makefile = own.read('Makefile').replace('objs-y := ', 'objs-y := lib/extra.o ');
  own.write('Makefile', makefile);
  own.write('lib/extra.c', 'int extra;\n');
  await own.build();
  // While make runs, the file is another one, and is compiled; make fails because of another file.
  const shell = "late := $(shell echo 'int late;' >> $(srctree)/lib/extra.c)\n";
  own.write('Makefile', makefile.replace('O ?= ', `${shell}O ?= `));
  own.write('init/main.c', `#error\n${own.read('init/main.c')}`);
  expect(await own.build()).toBeUndefined();
  own.write('Makefile', makefile);
  own.write('init/main.c', own.read('init/main.c').replace('#error\n', ''));
  own.write('lib/extra.c', 'int extra;\n', LONG_AGO);
  const { compiled, hashes } = (await own.build())!;
  expect(compiled).toContain('lib/extra');
  expect(hashes).toEqual(await own.buildFromNothing());
  own.remove();
});

/** A line of a Makefile: net/core.c is another one while make compiles it, and then is as it was before, with its old time. */
const FOR_A_WHILE =
  "while := $(shell cd $(srctree)/net && cp -p core.c core.bak && echo 'int late;' >> core.c)\n";
const AND_BACK = 'mv $(srctree)/net/core.bak $(srctree)/net/core.c; echo "  LD';

it('publishes nothing that was made of a file which was another one for a while', async () => {
  const own = setUp();
  await own.build();
  const makefile = own.read('Makefile');
  own.write('Makefile', makefile.replace('O ?= ', `${FOR_A_WHILE}O ?= `).replace('echo "  LD', AND_BACK));
  await expect(own.build()).rejects.toMatchObject({
    code: 'SOURCE_CHANGED',
    message: expect.stringMatching(/was being built: net\/core\.c\. /),
  });
  own.write('Makefile', makefile);
  const { compiled, hashes } = (await own.build())!;
  expect(compiled).toContain('net/core');
  expect(hashes).toEqual(await own.buildFromNothing());
  own.remove();
});

it('goes on when the index changes while make runs, and no file does', async () => {
  const own = setUp();
  own.write('net/core.c', 'int more;\n');
  own.commit();
  const makefile = own.read('Makefile');
  const reset = `reset := $(shell git -C $(srctree) reset --quiet HEAD~)\n`;
  own.write('Makefile', makefile.replace('O ?= ', `${reset}O ?= `));
  expect(await own.build()).toBeDefined();
  expect(own.git('diff', '--name-only')).toContain('net/core.c');
  own.remove();
});

it('makes again what a killed make had made of a file which is as it was before', async () => {
  const own = setUp();
  await own.build();
  const inOut = (name: string) => join(own.out, name);
  writeFileSync(`${own.out}.built`, '');
  writeFileSync(`${own.out}.running`, readFileSync('/proc/sys/kernel/random/boot_id'));
  await sleep(20);
  // As if make had compiled another net/core.c, and had put the object into an archive, which proves that it is whole.
  const core = own.path('net/core.c');
  cpSync(core, `${core}.bak`, { preserveTimestamps: true });
  own.write('net/core.c', 'int late;\n');
  cpSync(inOut('init/main.o'), inOut('net/core.o'));
  writeFileSync(inOut('net/.core.o.cmd'), readFileSync(inOut('net/.core.o.cmd')));
  writeFileSync(inOut('net/built-in.a'), '');
  writeFileSync(inOut('net/.built-in.a.cmd'), 'savedcmd_net/built-in.a := ar rcs net/built-in.a core.o\n');
  renameSync(`${core}.bak`, core);
  const { compiled, hashes } = (await own.build())!;
  expect(own.notes).toContainEqual(
    expect.stringMatching(/killed while make ran: [1-9]\d* complete files? kept/),
  );
  expect(compiled).toEqual(['net/core']);
  expect(hashes).toEqual(await own.buildFromNothing());
  own.remove();
});

it('builds again what a clock that went back would hide', async () => {
  const own = setUp();
  await own.build();
  // The objects are of tomorrow: the clock was wrong.
  const tomorrow = Date.now() + 86_400_000;
  writeFileSync(join(root, String(count - 1), 'out.built'), String(tomorrow));
  utimesSync(join(root, String(count - 1), 'out/net/core.o'), tomorrow / 1000, tomorrow / 1000);
  own.write('net/core.c', 'int net;\n');
  expect((await own.build())!.compiled).toEqual(['net/core']);
  own.remove();
});

it.each(Array.from({ length: 6 }, (_, index) => index + 1))(
  'gives what a build from nothing gives, after ten edits at random (seed %d)',
  async (seed) => {
    const own = setUp();
    const random = seededRandom(seed);
    await own.build();
    const edits = await editAtRandom(own, random, 10);
    const hashes = (await own.build())?.hashes;
    expect({ edits, hashes }).toEqual({ edits, hashes: await own.buildFromNothing() });
    own.remove();
  },
);
