import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configure, type Configuration } from './configure.js';
import { describeParts } from '../sources/describe-parts.js';
import { KCONFIG_PROGRAMS } from '../programs/programs.js';
import { OwnTree } from '../testing/own-tree.js';

/** A configuration of a user's own tree, in its own kept directory. */
class OwnConfiguration {
  readonly directory = mkdtempSync(join(tmpdir(), 'bringup-own-configuration-'));
  readonly own = new OwnTree(this.directory);
  readonly out = join(this.directory, 'config');
  /** Stands for what make compiled of the tree's conf. */
  readonly conf = join(this.out, 'scripts/kconfig/conf');
  /** Stands for anything else that make left there. */
  readonly other = join(this.out, 'include/config/auto.conf');

  async configure(goal = 'allnoconfig', crossCompile = 'x86_64-linux-gnu-'): Promise<Configuration> {
    const home = join(this.directory, 'home');
    const { config: source } = await describeParts(this.own.tree, home, 'kernel', ['config']);
    return configure({
      program: KCONFIG_PROGRAMS.kernel,
      make: {
        ...{ arch: 'x86_64', variables: ['ARCH=x86_64'], crossCompile, llvm: false, jobs: 2 },
        ...{ source, out: this.out },
      },
      tools: {},
      base: { kind: 'goal', goal },
      fragments: [],
      label: 'mine',
    });
  }

  leaveFiles(): void {
    for (const file of [this.conf, this.other]) {
      mkdirSync(join(file, '..'), { recursive: true });
      writeFileSync(file, '');
    }
  }
}

let mine: OwnConfiguration;
beforeEach(async () => {
  mine = new OwnConfiguration();
  await mine.configure();
  mine.leaveFiles();
});
afterEach(() => rmSync(mine.directory, { recursive: true }));

const kconfig = () => mine.own.read('Kconfig');

it('keeps conf when a Kconfig file or the base changes, and nothing else', async () => {
  mine.own.write('Kconfig', `${kconfig()}\nconfig LATE\n\tdef_bool y\n`);
  const { text } = await mine.configure();
  expect(text).toContain('CONFIG_LATE=y');
  expect([mine.conf, mine.other].map(existsSync)).toEqual([true, false]);
  mine.leaveFiles();
  await mine.configure('defconfig');
  expect([mine.conf, mine.other].map(existsSync)).toEqual([true, false]);
});

it.each<[string, () => Promise<unknown>]>([
  ['a change of what conf is compiled from', async () => mine.own.write('scripts/kconfig/confdata.c', '')],
  ['another compiler', () => mine.configure('allnoconfig', '')],
  ['a base that conf refused', () => mine.configure('nothing_of_the_kind').catch(() => undefined)],
])('compiles conf again after %s', async (_what, change) => {
  await change();
  await mine.configure();
  expect(existsSync(mine.conf)).toBe(false);
});

it('takes no base for that of the earlier state which was made while the tree was another one', async () => {
  const before = kconfig();
  // The file says whether Kconfig changes while the base is made, and whether conf fails afterwards.
  const late = join(mine.directory, 'late');
  const change = `[ ! -e ${late} ] || printf 'config LATE\\n\\tdef_bool y\\n' >> $(srctree)/Kconfig`;
  const makefile = mine.own
    .read('Makefile')
    .replace('@$(conf) --allnoconfig', `@${change}; $(conf) --allnoconfig`)
    .replace('$(conf) --olddefconfig', `[ ! -e ${late} ] || exit 1; $(conf) --olddefconfig`);
  mine.own.write('Makefile', makefile);
  writeFileSync(late, '');
  await expect(mine.configure()).rejects.toMatchObject({ code: 'TOOL_FAILED' });
  expect(kconfig()).toContain('LATE');
  mine.own.write('Kconfig', before);
  rmSync(late);
  await mine.configure();
  expect(readFileSync(join(mine.out, '.bringup-base.config'), 'utf8')).not.toContain('LATE');
});

it('starts afresh after a run that was killed', async () => {
  writeFileSync(`${mine.out}.running`, '');
  await mine.configure();
  expect([mine.conf, mine.other].map(existsSync)).toEqual([false, false]);
  expect(existsSync(`${mine.out}.running`)).toBe(false);
});

/** A Makefile runs this while conf runs: it adds a line to Kconfig. */
const LATE = "echo '# late' >> $(srctree)/Kconfig";

it.each([
  ['changes', LATE],
  [
    'is another one for a while',
    `cp -p $(srctree)/Kconfig $(srctree)/bak; ${LATE}; mv $(srctree)/bak $(srctree)/Kconfig`,
  ],
])('publishes nothing of a tree that %s while conf runs, and keeps nothing of it', async (_what, change) => {
  const makefile = mine.own.read('Makefile');
  mine.own.write('Makefile', makefile.replace('echo olddefconfig', `${change}; echo olddefconfig`));
  await expect(mine.configure()).rejects.toMatchObject({
    code: 'SOURCE_CHANGED',
    message: expect.stringMatching(
      /changed while mine was being configured: Kconfig\. .*Run the same command again\.$/,
    ),
  });
  expect(existsSync(mine.out)).toBe(false);
  mine.own.write('Makefile', makefile);
  await mine.configure();
});
