import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join, relative } from 'node:path';
import {
  ARCHES,
  bringupHome,
  configure,
  crossPrefix,
  ensureSource,
  isSourceAvailable,
  KCONFIG_PROGRAMS,
  readLock,
  resolveAside,
  resolveSource,
  type Arch,
  type BaseConfig,
  type FragmentReference,
  type KconfigProgram,
  type LockedSource,
  type MakeSetting,
  type SourceContext,
  type SourceTree,
} from '@bringup/kbuild';
import { runProgram } from '@bringup/process';
import { DEMO_KERNEL, originOf, SERIES, seriesTree, type Origin } from './linux-series.js';
import { REPOSITORY } from './nx-run.js';

/** A real source tree with everything that is tried on it. */
export interface RealTree {
  readonly name: string;
  readonly program: KconfigProgram;
  readonly arch: Arch;
  readonly source: SourceTree;
  /** Of which bytes the source is; as a project's entry in `bringup.lock` it makes that project use this tree. */
  readonly locked: LockedSource;
  readonly bases: readonly string[];
  /** Relative to the tree. */
  readonly fragments: readonly string[];
}

interface TreeFacts extends Origin, Pick<RealTree, 'program' | 'arch' | 'bases'> {
  /** Directories, and what of them are fragments. */
  readonly places: readonly (readonly [directory: string, pattern: RegExp])[];
}

const linux = (arch: Arch, origin: Origin): TreeFacts => ({
  program: KCONFIG_PROGRAMS.kernel,
  arch,
  ...origin,
  bases: ['defconfig', 'tinyconfig', 'allnoconfig'],
  places: [
    ['kernel/configs', /^[^/]+\.config$/],
    [`arch/${ARCHES[arch].sourceArch}/configs`, /^[^/]+\.config$/],
    ['tools/testing/selftests', /(^|\/)config$/],
  ],
});

const TREES: Readonly<Record<string, TreeFacts>> = {
  'linux-arm64': linux('arm64', DEMO_KERNEL),
  'linux-x86_64': linux('x86_64', DEMO_KERNEL),
  ...Object.fromEntries(
    SERIES.flatMap((series) =>
      (Object.keys(ARCHES) as Arch[]).map((arch) => [
        seriesTree(series, arch),
        linux(arch, originOf(series)),
      ]),
    ),
  ),
  busybox: {
    program: KCONFIG_PROGRAMS.busybox,
    arch: 'arm64',
    spec: { kind: 'debian-source', package: 'busybox' },
    lockName: 'busybox',
    bases: ['defconfig', 'allnoconfig'],
    // It has no fragments; whole configurations are as good.
    places: [
      ['configs', /_defconfig$/],
      ['debian/config', /^(os\/linux|pkg\/.*)$/],
    ],
  },
  'u-boot': {
    program: KCONFIG_PROGRAMS['u-boot'],
    arch: 'arm64',
    spec: { kind: 'debian-source', package: 'u-boot' },
    bases: ['qemu_arm64_defconfig', 'rpi_4_defconfig', 'allnoconfig'],
    // No fragments either, and 1,400 boards.
    places: [['configs', /^(qemu|rpi|sandbox|vexpress|pine|rock)\S*_defconfig$/]],
  },
};

/** Fetches the tree into the store if it is not there, and lists its fragments. */
export async function openTree(name: string): Promise<RealTree> {
  const { places, program, arch, bases, ...origin } = TREES[name]!;
  const { spec } = origin;
  const context = origin.context?.() ?? { home: bringupHome(), project: name };
  const locked = await lockedOf(origin, context);
  const source = await ensureSource(spec, locked, context);
  const fragments = places.flatMap(([directory, pattern]) =>
    readdirSync(join(source.path, directory), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(join(source.path, directory), join(entry.parentPath, entry.name)))
      .filter((path) => pattern.test(path))
      .map((path) => join(directory, path))
      .sort(),
  );
  return { name, program, arch, bases, source, locked, fragments };
}

async function lockedOf({ spec, lockName, tried }: Origin, context: SourceContext): Promise<LockedSource> {
  if (lockName !== undefined) return (await readLock(REPOSITORY)).sources[lockName]!;
  if (tried && (await isSourceAvailable(tried, context))) return tried;
  return (await resolveSource(spec, context))!;
}

/** One tree configured from one base, by Bringup and by hand, each in a directory of its own. */
export interface Place {
  readonly tree: RealTree;
  readonly base: string;
  readonly directory: string;
  readonly make: MakeSetting;
  /** The Linux tree's own script; other trees have the same one, or none. */
  readonly mergeScript: string;
}

/** Makes the base once in both directories; conf is compiled once. */
export async function openPlace(
  tree: RealTree,
  base: string,
  directory: string,
  mergeScript: string,
): Promise<Place> {
  mkdirSync(directory, { recursive: true });
  const crossCompile = crossPrefix(tree.arch);
  const { arch, program, source } = tree;
  const make = {
    arch,
    variables: program.variables(arch),
    crossCompile,
    llvm: false,
    source,
    out: join(directory, 'out'),
    jobs: 2,
  };
  const place = { tree, base, directory, make, mergeScript };
  await configurePlace(place, []);
  cpSync(make.out, byHand(place), { recursive: true, preserveTimestamps: true });
  await makeByHand(place, base);
  cpSync(join(byHand(place), '.config'), join(directory, 'base'));
  return place;
}

const byHand = ({ directory }: Place) => join(directory, 'by-hand');

/** Requests that did not stick, in a form that both sides can be compared in: symbol → resulting value. */
type Losses = Readonly<Record<string, string>>;

interface Outcome {
  readonly config: string;
  readonly lost: Losses;
}

/** Bringup's outcome, with what its error says beside. */
interface OwnOutcome extends Outcome {
  /** Lost symbols without any reason that says something. */
  readonly unexplained: readonly string[];
  readonly fixes: readonly ProposedFix[];
  readonly message: string;
}

/** As in the fields of `REQUESTS_LOST`: lines that make the request stick, or why there are none. */
type ProposedFix = { readonly symbol: string; readonly wanted: string } & (
  | { readonly lines: readonly string[] }
  | { readonly none: string }
);

/** A fragment by its name where only one has it: with the name go all that do. */
function reference({ tree }: Place, fragment: string): FragmentReference {
  const name = basename(fragment);
  const named = tree.program.treeFragments(tree.arch).map((directory) => join(directory, name));
  const path = join(tree.source.path, fragment);
  return named.filter((one) => tree.fragments.includes(one)).join() === fragment
    ? { kind: 'tree', name }
    : { kind: 'file', path, shown: fragment };
}

function configurePlace(place: Place, fragments: readonly FragmentReference[]) {
  const { tree, make } = place;
  const base: BaseConfig = { kind: 'goal', goal: place.base };
  return configure({ program: tree.program, make, tools: {}, base, fragments });
}

interface LostFields {
  readonly lost: readonly { request: { symbol: string }; got: string }[];
  readonly reasons: readonly { request: { symbol: string }; reasons: readonly { kind: string }[] }[];
  readonly fixes: readonly ProposedFix[];
}

/** The domain's own `configure()`. */
export async function configureWithBringup(place: Place, fragment: string): Promise<OwnOutcome> {
  try {
    const { text } = await configurePlace(place, [reference(place, fragment)]);
    return { config: text, lost: {}, unexplained: [], fixes: [], message: '' };
  } catch (error) {
    const { code, message, fields } = error as { code?: string; message: string; fields: LostFields };
    if (code !== 'REQUESTS_LOST') throw error;
    const explained = fields.reasons
      .filter(({ reasons }) => reasons.some(({ kind }) => kind !== 'unclear' && kind !== 'kept'))
      .map(({ request }) => request.symbol);
    return {
      config: readFileSync(join(place.make.out, '.config'), 'utf8'),
      lost: Object.fromEntries(fields.lost.map(({ request, got }) => [request.symbol, got])),
      unexplained: fields.lost
        .map(({ request }) => request.symbol)
        .filter((symbol) => !explained.includes(symbol)),
      fixes: fields.fixes,
      message,
    };
  }
}

const environment = (more: Record<string, string> = {}) => ({
  PATH: process.env.PATH!,
  HOME: process.env.HOME!,
  LC_ALL: 'C',
  KCONFIG_NOTIMESTAMP: '1', // BusyBox would write the time of day.
  ...more,
});

async function makeByHand(place: Place, goal: string): Promise<void> {
  const { tree, make } = place;
  const { crossCompile } = make;
  const variables = [
    ...tree.program.variables(tree.arch),
    `CROSS_COMPILE=${crossCompile}`,
    `CC=${crossCompile}gcc`,
    'HOSTCC=gcc',
  ] as const;
  const argv = ['make', '-C', tree.source.path, `O=${byHand(place)}`, ...variables, goal] as const;
  await runProgram(argv, { env: environment(), input: '\n'.repeat(5000) });
}

async function runScript(
  place: Place,
  args: readonly string[],
  more: Record<string, string> = {},
): Promise<string> {
  const output = join(place.directory, 'script.log');
  // In the directory by hand, where its temporary files go.
  const options = { cwd: byHand(place), env: environment(more), logFile: output };
  await runProgram(['sh', place.mergeScript, ...args], options);
  return readFileSync(output, 'utf8');
}

/** `make` as a user types it, or the conf that it built, in the environment that make gives it. */
export type Resolver = 'make' | 'conf';

/** `merge_config.sh -m`, `olddefconfig`, and what the script's own check says of the fragments. */
export async function configureByHand(place: Place, fragment: string, resolver: Resolver): Promise<Outcome> {
  return mergeByHand(place, [join(place.tree.source.path, fragment)], resolver);
}

async function mergeByHand(place: Place, paths: readonly string[], resolver: Resolver): Promise<Outcome> {
  const directory = byHand(place);
  const config = join(directory, '.config');
  const { program } = place.tree;
  await runScript(place, ['-m', '-O', directory, join(place.directory, 'base'), ...paths]);
  if (resolver === 'make') await makeByHand(place, program.resolve.goal);
  else await resolveAside(program, place.make, config);
  return { config: readFileSync(config, 'utf8'), lost: readReport(await runCheck(place, paths)) };
}

/** Runs the script without -m, over the fragments alone, with a make that does not change the resolved .config. */
async function runCheck(place: Place, paths: readonly string[]): Promise<string> {
  const shims = join(place.directory, 'shims');
  if (!existsSync(shims)) {
    mkdirSync(shims);
    symlinkSync('/bin/true', join(shims, 'make'));
  }
  writeFileSync(join(place.directory, 'empty'), '');
  return runScript(place, [join(place.directory, 'empty'), ...paths], {
    PATH: `${shims}:${process.env.PATH!}`,
    KCONFIG_CONFIG: join(byHand(place), '.config'),
  });
}

const REPORT =
  /^Value requested for CONFIG_(\w+) not in final \.config\nRequested value: ([^]*?)\nActual value: ([^]*?)\n\n/gm;

/**
 * The script greps for lines and does not compare values. So differences that conf does not see are dropped here: "=n" and
 * "is not set", an absent symbol and an unset one. Comments that only mention a symbol are dropped too.
 */
function readReport(report: string): Record<string, string> {
  const lost: Record<string, string> = {};
  for (const [, symbol, requested, actual] of report.matchAll(REPORT)) {
    const got = lastValue(symbol!, actual!);
    if (lastValue(symbol!, requested!) !== got) lost[symbol!] = got;
  }
  return lost;
}

function lastValue(symbol: string, lines: string): string {
  const values = lines
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith(`CONFIG_${symbol}=`) || line === `# CONFIG_${symbol} is not set`);
  const last = values.at(-1);
  return last?.startsWith('CONFIG_') ? last.slice(`CONFIG_${symbol}=`.length) : 'n';
}

/** The symbol's value when the proposed lines are merged by hand after the fragment. */
export async function valueWithFix(
  place: Place,
  fragment: string,
  symbol: string,
  lines: readonly string[],
): Promise<string> {
  const file = join(place.directory, 'fix.config');
  writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
  const paths = [join(place.tree.source.path, fragment), file];
  const { config } = await mergeByHand(place, paths, 'conf');
  return lastValue(symbol, config);
}

/** mulberry32 and Fisher-Yates: the same order from the same seed everywhere. */
export function shuffle<T>(values: readonly T[], seed: number): T[] {
  let state = seed;
  const random = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const result = [...values];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [result[i], result[j]] = [result[j]!, result[i]!];
  }
  return result;
}
