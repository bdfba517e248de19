/**
 * The reader against the real thing: the same `.config` through `conf --olddefconfig` and through `evaluate`.
 *
 * Always: every fixture with its own and with seeded inputs, against Debian's `kconfig-conf`.
 * With BRINGUP_KCONFIG_TREES, a JSON array of {@link GivenTree}: whole source trees against their own `conf`, and the
 * fixtures too where that `conf` accepts them.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  detectDialect,
  type Dialect,
  evaluate,
  FRONTENDS_4_11,
  type KconfigTree,
  loadKconfig,
  shellRunner,
} from './index.js';

/** A source tree to be compared with. Its `conf` is built, and a BusyBox has its `Config.in` files generated. */
interface GivenTree {
  readonly name: string;
  readonly srctree: string;
  /** Where `conf` runs; `.config` in it is overwritten. */
  readonly objtree: string;
  readonly conf: string;
  /** The variables that the tree's Makefile exports to `conf`, PATH included. */
  readonly environment: Record<string, string>;
  /** Default: Kconfig. */
  readonly root?: string;
  /** How many configurations, with seeds from `seed` on. Default: 10, from 1. */
  readonly configs?: number;
  readonly seed?: number;
  /** Files to be resolved beside the seeded ones: defconfigs, fragments. */
  readonly files?: readonly string[];
}

type Line = readonly [symbol: string, value: string];

const FIXTURES = join(__dirname, '../../fixtures');
const given = JSON.parse(process.env.BRINGUP_KCONFIG_TREES ?? '[]') as GivenTree[];
const temporary = mkdtempSync(join(tmpdir(), 'bringup-kconfig-'));
afterAll(() => rmSync(temporary, { recursive: true, force: true }));

const fixtureNames = readdirSync(FIXTURES).sort();
const frontends = (process.env.PATH ?? '')
  .split(':')
  .map((directory) => join(directory, 'kconfig-conf'))
  .find((path) => existsSync(path));

/** Fixtures that a `conf` of some age does not accept, so they are not compared there. */
const REFUSED: Record<string, readonly string[]> = {
  'kconfig-conf': ['macros', 'depends-if', 'transitional'],
  'before 6.11': ['old-help'],
  members: ['old-help', 'choice-optional', 'choice-submenu', 'choice-tristate', 'choice-twice'],
};

/** Fixtures of constructs that came later, and the text in `scripts/kconfig/parser.y` that shows them. */
const ADDED: Record<string, string> = {
  'depends-if': 'menu_add_dep($3, $4)',
  transitional: 'T_TRANSITIONAL',
};

/** mulberry32: the same numbers from the same seed everywhere. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function readLines(text: string): Line[] {
  return text.split('\n').flatMap((line): Line[] => {
    const set = /^CONFIG_(\w+)=(.*)$/.exec(line);
    if (set) return [[set[1]!, set[2]!]];
    const unset = /^# CONFIG_(\w+) is not set$/.exec(line);
    return unset ? [[unset[1]!, 'n']] : [];
  });
}

function writeLines(lines: readonly Line[]): string {
  return lines
    .map(([name, value]) => (value === 'n' ? `# CONFIG_${name} is not set\n` : `CONFIG_${name}=${value}\n`))
    .join('');
}

/** Some lines of a `.config` left out, and some symbols set to anything that their type allows, or nearly. */
function mutate(tree: KconfigTree, lines: readonly Line[], next: () => number, count: number): Line[] {
  const loss = next() * 0.4;
  const names = [...tree.byName.keys()];
  const pick = <T>(values: readonly T[]) => values[Math.floor(next() * values.length)]!;
  const anything: Record<string, () => string> = {
    bool: () => pick(['y', 'y', 'n']),
    tristate: () => pick(['y', 'm', 'n']),
    int: () => String(Math.floor(next() * next() * 100_000) - 5),
    hex: () => `${pick(['0x', ''])}${Math.floor(next() * 2 ** 32).toString(16)}`,
    string: () => pick(['""', '"text"', '"a \\"b\\" \\\\c"', 'bare']),
    unknown: () => 'y',
  };
  const result = new Map(lines.filter(() => next() > loss));
  for (let i = 0; i < count; i++) {
    const name = pick(names);
    result.delete(name);
    result.set(name, anything[tree.byName.get(name)!.type]!());
  }
  return [...result];
}

interface Conf {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly environment: Record<string, string>;
}

/** Runs `conf` over a `.config`, or over none, and returns the one it writes. */
function runConf({ argv, cwd, environment }: Conf, config: string | undefined): string {
  const file = join(cwd, '.config');
  if (config === undefined) rmSync(file, { force: true });
  else writeFileSync(file, config);
  const [program, ...args] = argv;
  const input = args[0] === '-o' ? '\n'.repeat(5000) : ''; // Only the oldest conf asks.
  const run = spawnSync(program!, args, { cwd, env: environment, input, encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`${argv.join(' ')}: ${run.error ?? run.stderr.slice(-2000)}`);
  return readFileSync(file, 'utf8');
}

/** The symbols for which conf and the reader compute different values from the same lines. */
function differences(tree: KconfigTree, lines: readonly Line[], written: string): string[] {
  const ours = evaluate(tree, lines).values;
  const theirs = new Map(readLines(written));
  return [...new Set([...theirs.keys(), ...ours.keys()])]
    .filter((name) => ours.get(name) !== theirs.get(name))
    .map((name) => `${name}: conf has ${theirs.get(name)}, the reader ${ours.get(name)}`);
}

/** A fixture in a directory of its own, `option modules` spelled as the tree's age wants it. */
function copyFixture(name: string, modern: boolean): string {
  const directory = mkdtempSync(join(temporary, `${name}-`));
  cpSync(join(FIXTURES, name), directory, { recursive: true });
  const file = join(directory, 'Kconfig');
  if (modern) writeFileSync(file, readFileSync(file, 'utf8').replace('option modules', 'modules'));
  return directory;
}

async function compareFixture(name: string, conf: string, dialect: Dialect, modern: boolean): Promise<void> {
  const directory = copyFixture(name, modern);
  const environment = { PATH: process.env.PATH!, ARCH: 'arm64', DIRECTORY: 'sub', srctree: '.', LC_ALL: 'C' };
  const shell = shellRunner({ cwd: directory, environment });
  const tree = await loadKconfig({ srctree: directory, environment, shell, dialect });
  const run = { argv: [conf, '--olddefconfig', 'Kconfig'], cwd: directory, environment };
  const own = readdirSync(directory).filter((file) => /^\d+\.config$/.test(file));
  const inputs = own.map((file) => readLines(readFileSync(join(directory, file), 'utf8')));
  for (let seed = 1; seed <= 15; seed++) inputs.push(mutate(tree, [], random(seed), seed % 7));
  for (const lines of inputs) {
    const different = differences(tree, lines, runConf(run, writeLines(lines)));
    expect({ input: writeLines(lines), different }).toEqual({ input: writeLines(lines), different: [] });
  }
}

// Debian's package kconfig-frontends, which CI installs.
(frontends ? describe : describe.skip)(
  'the fixtures and kconfig-conf 4.11 (skipped: no kconfig-conf in PATH)',
  () => {
    it.each(fixtureNames.filter((name) => !REFUSED['kconfig-conf']!.includes(name)))(
      'agree on %s',
      async (name) => {
        await compareFixture(name, frontends!, FRONTENDS_4_11, false);
      },
    );
  },
);

for (const one of given) describe(`${one.name} and its own conf`, () => compareTree(one));

function compareTree(given: GivenTree): void {
  const { srctree, objtree, conf, environment, root = 'Kconfig', configs = 10, seed = 1, files = [] } = given;
  const dialect = detectDialect(srctree);
  const interactive = dialect.choices === 'first'; // BusyBox: short options, questions answered by an empty line.
  const shellResults = new Map<string, string>();
  const load = () => {
    const shell = shellRunner({ cwd: objtree, environment });
    return loadKconfig({ srctree, objtree, root, environment, shell, shellResults });
  };
  const olddefconfig = {
    argv: [conf, interactive ? '-o' : '--olddefconfig', root],
    cwd: objtree,
    environment,
  };
  const modes = interactive
    ? ['-n', '-y', '-d', '-r']
    : ['--allnoconfig', '--allyesconfig', '--allmodconfig', '--alldefconfig', '--randconfig'];
  let tree: KconfigTree;

  beforeAll(async () => {
    tree = await load();
  });

  const compare = (lines: readonly Line[]) =>
    expect(differences(tree, lines, runConf(olddefconfig, writeLines(lines)))).toEqual([]);

  it('takes seconds of CPU time when it is read again without a probe', async () => {
    const before = process.cpuUsage();
    await load();
    expect(process.cpuUsage(before).user).toBeLessThan(8_000_000); // Microseconds; usually 0.8 million.
  });

  it.each(modes.map((mode) => [mode]))('agree on %s', (mode) => {
    const written = runConf({ ...olddefconfig, argv: [conf, mode, root] }, undefined);
    compare(readLines(written));
  });

  it('agree on an empty .config', () => compare([]));

  it(`agree on ${configs} seeded configurations from ${seed}`, () => {
    for (let current = seed; current < seed + configs; current++) {
      const next = random(current);
      const argv = [conf, modes[current % modes.length]!, root];
      const seeded = { ...environment, KCONFIG_SEED: String(current) };
      const base = readLines(runConf({ argv, cwd: objtree, environment: seeded }, undefined));
      const lines = mutate(tree, base, next, Math.floor(next() * 400));
      const different = differences(tree, lines, runConf(olddefconfig, writeLines(lines)));
      expect({ seed: current, different }).toEqual({ seed: current, different: [] });
    }
  }, 3_600_000);

  it(`agree on ${files.length} given files`, () => {
    for (const file of files) {
      const text = readFileSync(file, 'utf8');
      const different = differences(
        tree,
        readLines(text),
        runConf(olddefconfig, writeLines(readLines(text))),
      );
      expect({ file, different }).toEqual({ file, different: [] });
    }
  }, 3_600_000);

  if (interactive) return;
  const refused = REFUSED[dialect.choices === 'members' ? 'members' : 'before 6.11']!;
  const grammar = join(srctree, 'scripts/kconfig/parser.y');
  const known = existsSync(grammar) ? readFileSync(grammar, 'utf8') : '';
  const modern = known !== '' && !known.includes('T_OPTION ');
  const accepted = fixtureNames.filter(
    (name) => !refused.includes(name) && known.includes(ADDED[name] ?? ''),
  );
  it.each(accepted)('agree on the fixture %s', async (name) => {
    await compareFixture(name, conf, dialect, modern);
  });
}
