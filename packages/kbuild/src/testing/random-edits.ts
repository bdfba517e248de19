import { existsSync, renameSync, rmSync, utimesSync } from 'node:fs';
import { CONFIG, type OwnTree } from './own-tree.js';

/** A generator of numbers in [0, 1) that a seed decides (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const FILES = ['init/main.c', 'kernel/printk.c', 'net/core.c', 'include/a.h', 'include/b.h'];
const SHADOW = 'arch/x86/include/a.h';
const EXTRA = 'lib/extra.c';
/**
 * 2001: older than any object, and another second each time. git compares times by the second, so it takes a file for the same when
 * another one of the same size and time takes its place within the second in which git looked at it.
 */
const longAgo = () => 1_000_000_000 + dated++;
let dated = 0;

/** Edits that people make in a source tree. Each gets the tree and a source of random numbers. */
const EDITS: Readonly<Record<string, (own: OwnTree, random: () => number) => void>> = {
  'a changed file': (own, random) => change(own, pick(FILES, random), random),
  'a changed file with an old time': (own, random) => change(own, pick(FILES, random), random, longAgo()),
  'a touched file': (own, random) => {
    const path = own.path(pick(FILES, random));
    if (existsSync(path)) utimesSync(path, new Date(), new Date());
  },
  'a file dated tomorrow': (own, random) =>
    change(own, pick(FILES, random), random, Math.floor(Date.now() / 1000) + 86_400),
  'a file that comes back as it was, with its time (rsync -a)': (own, random) => {
    const name = pick(FILES, random);
    if (existsSync(own.path(name))) own.write(name, own.git('show', `HEAD~0:${name}`), longAgo());
  },
  'a header that hides another, or no longer does': (own) =>
    toggle(own, SHADOW, () => own.write(SHADOW, '#define A 77\n', longAgo())),
  'a renamed header': (own) => {
    const [from, to] = existsSync(own.path('include/b.h')) ? ['b', 'c'] : ['c', 'b'];
    if (!existsSync(own.path(`include/${from}.h`))) return;
    renameSync(own.path(`include/${from}.h`), own.path(`include/${to}.h`));
    own.write('net/core.c', own.read('net/core.c').replace(`<${from}.h>`, `<${to}.h>`));
  },
  'a new file, or one less': (own) => {
    const makefile = own.read('Makefile').replace(/^objs-y \+= lib\/extra\.o\n/m, '');
    toggle(own, EXTRA, () => own.write(EXTRA, '#include <a.h>\nint extra = A;\n', longAgo()));
    const line = 'objs-y := init/main.o\n';
    const more = existsSync(own.path(EXTRA)) ? 'objs-y += lib/extra.o\n' : '';
    own.write('Makefile', makefile.replace(line, line + more));
  },
  'a script that no target depends on': (own, random) =>
    own.write('scripts/mksysmap', `sed '/ \\.L/d; s/$/ ${Math.floor(random() * 9)}/'\n`, longAgo()),
  'a recipe in the Makefile': (own, random) => {
    const words = `LD ${Math.floor(random() * 9)}`;
    own.write(
      'Makefile',
      own.read('Makefile').replace(/nm \$@ \| .*sh /, `nm $@ | sed 's/$$/${words}/' | sh `),
    );
  },
  'another configuration': (own) => {
    own.config = own.config === CONFIG ? CONFIG.replace('CONFIG_NET=y\n', '') : CONFIG;
  },
  'a commit': (own) => own.commit(),
  'an amended commit': (own) => own.commit('--amend'),
  'stash and pop': (own) => {
    if (own.git('status', '--porcelain', '--untracked-files=no') === '') return;
    own.git('stash', '--quiet');
    own.git('stash', 'pop', '--quiet');
  },
  'a branch, there and back': (own, random) => {
    own.commit();
    own.git('checkout', '--quiet', '-B', 'other');
    change(own, pick(FILES, random), random);
    own.commit();
    own.git('checkout', '--quiet', 'main');
  },
  'another branch': (own) => {
    own.commit();
    const branches = own.git('branch', '--format=%(refname:short)').trim().split('\n');
    const current = own.git('branch', '--show-current').trim();
    const other = branches.find((name) => name !== current);
    if (other !== undefined) own.git('checkout', '--quiet', other);
  },
  'an error in a file, or none any more': (own) => {
    const text = own.read('init/main.c');
    own.write(
      'init/main.c',
      text.includes('#error') ? text.replace(/#error.*\n/, '') : `#error not yet\n${text}`,
    );
  },
};

function pick<T>(values: readonly T[], random: () => number): T {
  return values[Math.floor(random() * values.length)]!;
}

function change(own: OwnTree, name: string, random: () => number, seconds?: number): void {
  if (!existsSync(own.path(name))) return;
  const value = Math.floor(random() * 1000);
  const text = own.read(name);
  const edited = name.endsWith('.h')
    ? text.replace(/(#define \w+) \d+/, `$1 ${value}`)
    : `${text.replace(/^int edited.*\n/gm, '')}int edited_${name.replace(/\W/g, '_')} = ${value};\n`.replace(
        /(int edited_\w+ = \d+;\n)+/,
        `int edited_${name.replace(/\W/g, '_')} = ${value};\n`,
      );
  own.write(name, edited, seconds);
}

function toggle(own: OwnTree, name: string, make: () => void): void {
  if (existsSync(own.path(name))) rmSync(own.path(name));
  else make();
}

/**
 * Applies edits at random, and builds after some of them.
 *
 * @returns the names of the edits, for the message of a test
 */
export async function editAtRandom(own: OwnTree, random: () => number, count: number): Promise<string[]> {
  const names = Object.keys(EDITS);
  const done: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const name = pick(names, random);
    EDITS[name]!(own, random);
    done.push(name);
    if (random() < 0.6) {
      await own.build();
      done.push('build');
    }
  }
  return done;
}
