import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { removeUnfinished } from './unfinished.js';

const root = mkdtempSync(join(tmpdir(), 'bringup-unfinished-spec-'));
afterAll(() => rmSync(root, { recursive: true }));

/** When make was started, in seconds. */
const START = 1_700_000_000;

/** Files that a killed make leaves, in the order of their times; those with a name of `before` are older than its start. */
function leave(out: string, files: Record<string, string>): void {
  let time = START - 1 - Object.keys(files).indexOf('start');
  for (const [name, text] of Object.entries(files)) {
    time += 1;
    if (name === 'start') continue;
    const path = join(out, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    utimesSync(path, time, time);
  }
}

it('keeps what an archive has taken in, and what is older than make', async () => {
  const out = join(root, '1');
  leave(out, {
    'fs/old.o': '',
    'fs/.old.o.cmd': 'cmd_fs/old.o := gcc\n',
    start: '',
    'include/config/NET': '',
    'include/generated/autoconf.h': '',
    'include/generated/table.h': '',
    'include/generated/.table.h.cmd': 'cmd_include/generated/table.h := sh table.sh\n',
    // Written by a script straight to its place, when make was killed.
    'include/generated/.half.h.cmd': 'cmd_include/generated/half.h := sh half.sh\n',
    'include/generated/half.h': '',
    'fs/a.o': '',
    'fs/.a.o.cmd': 'cmd_fs/a.o := gcc -c a.c\n\ndeps_fs/a.o := \\\n  fs/a.c \\\n',
    'fs/built-in.a': '',
    'fs/.built-in.a.cmd': 'cmd_fs/built-in.a := printf "fs/%s " old.o a.o | xargs ar cDPrST fs/built-in.a\n',
    'fs/module.o': '',
    'fs/.module.o.cmd': 'cmd_fs/module.o := gcc\n',
    'fs/modules.order': 'fs/module.ko\n',
    'fs/.modules.order.cmd': 'cmd_fs/modules.order := { echo fs/module.ko; :; } > fs/modules.order\n',
    // Compiled, and in no archive yet: a step after the compiler (recordmcount) may be missing.
    'net/b.o': '',
    'net/.b.o.cmd': 'cmd_net/b.o := gcc -c b.c\n',
    // An archive whose command had not ended.
    'mm/c.o': '',
    'mm/.c.o.cmd': 'cmd_mm/c.o := gcc\n',
    'mm/built-in.a': '',
    'mm/.built-in.a.cmd': 'cmd_mm/built-in.a := ar cDPrST mm/built-in.a mm/c',
    // Named by an older archive, and compiled again since.
    'lib/lib.a': '',
    'lib/.lib.a.cmd': 'cmd_lib/lib.a := ar cDPrST lib/lib.a lib/d.o\n',
    'lib/d.o': '',
    // One command of bison, whose command file has the name of either.
    'scripts/p.tab.h': '',
    'scripts/p.tab.c': '',
    'scripts/.p.tab.h.cmd': 'cmd_scripts/p.tab.h := bison -o scripts/p.tab.c\n',
    'half.o': '',
    'System.map': '',
    vmlinux: '',
    '.vmlinux.cmd': 'cmd_vmlinux := ld vmlinux.o\n',
  });
  const kept = await removeUnfinished(out, START * 1000);
  const there = (name: string) => existsSync(join(out, name));
  const whole = ['fs/old.o', 'fs/.old.o.cmd', 'fs/a.o', 'fs/.a.o.cmd', 'fs/built-in.a', 'fs/.built-in.a.cmd'];
  const modules = ['fs/module.o', 'fs/.module.o.cmd', 'fs/modules.order', 'fs/.modules.order.cmd'];
  const settings = ['include/config/NET', 'include/generated/autoconf.h', 'include/generated/table.h'];
  const archive = ['lib/lib.a', 'lib/.lib.a.cmd'];
  expect([...whole, ...modules, ...settings, ...archive].filter((name) => !there(name))).toEqual([]);
  const gone = [
    'net/b.o',
    'net/.b.o.cmd',
    'mm/c.o',
    'mm/built-in.a',
    'lib/d.o',
    'half.o',
    'include/generated/half.h',
    'scripts/p.tab.h',
    'scripts/.p.tab.h.cmd',
    'scripts/p.tab.c',
    'System.map',
    'vmlinux',
  ];
  expect(gone.filter(there)).toEqual([]);
  expect(kept).toBe(12);
});

it('keeps what the archives of Linux 5.10 have taken in, which name their members from the top', async () => {
  const out = join(root, '2');
  leave(out, {
    start: '',
    'fs/ext4/a.o': '',
    'fs/ext4/built-in.a': '',
    'fs/ext4/.built-in.a.cmd':
      'cmd_fs/ext4/built-in.a := rm -f x; ar cDPrST fs/ext4/built-in.a fs/ext4/a.o\n',
  });
  expect(await removeUnfinished(out, START * 1000)).toBe(3);
});
