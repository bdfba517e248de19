import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  configureByHand,
  configureWithBringup,
  openPlace,
  openTree,
  shuffle,
  valueWithFix,
  type Place,
  type Resolver,
} from './kconfig-trees.js';

export interface SuiteOptions {
  readonly trees: readonly string[];
  /** How many fragments on bases are tried; all without it. */
  readonly sample?: number;
  readonly seed: number;
  /** How many of the proposed fixes are applied. */
  readonly fixes: number;
}

interface Difference {
  readonly where: string;
  readonly what: string;
}

/** For a part of it by hand: another number of fragments, other trees (`u-boot,busybox`), each pair told of. */
const { BRINGUP_SAMPLE, BRINGUP_TREES, BRINGUP_VERBOSE } = process.env;
const SAMPLE = Number(BRINGUP_SAMPLE) || undefined;

interface Tried {
  readonly place: Place;
  readonly fragment: string;
  readonly symbol: string;
  readonly wanted: string;
  readonly lines: readonly string[];
}

/** Every fragment of real trees on every base: Bringup and merge_config.sh make the same of them. */
export function describeTrees({ trees, sample, seed, fixes }: SuiteOptions): void {
  const root = mkdtempSync(join(tmpdir(), 'bringup-kconfig-trees-'));
  const differences: Difference[] = [];
  const proposed: Tried[] = [];
  const silent: string[] = [];
  let tried = 0;
  let lostSymbols = 0;
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  // Told at once: a run over all of them takes hours.
  function differ(difference: Difference): void {
    differences.push(difference);
    process.stderr.write(`${difference.where}: ${difference.what}\n`);
  }

  async function compare(place: Place, fragment: string, resolver: Resolver): Promise<void> {
    const where = `${place.tree.name} ${place.base} + ${fragment}`;
    const started = performance.now();
    const theirs = await configureByHand(place, fragment, resolver);
    const between = performance.now();
    const ours = await configureWithBringup(place, fragment).catch((error: Error) => error);
    tried++;
    if (BRINGUP_VERBOSE)
      process.stderr.write(
        `${where}: ${(between - started).toFixed()} ms by ${resolver}, ${(performance.now() - between).toFixed()} ms\n`,
      );
    if (ours instanceof Error) {
      differ({ where, what: ours.message });
      return;
    }
    lostSymbols += Object.keys(ours.lost).length;
    if (ours.config !== theirs.config) differ({ where, what: 'another .config' });
    if (JSON.stringify(sorted(ours.lost)) !== JSON.stringify(sorted(theirs.lost)))
      differ({
        where,
        what: `Bringup has lost ${text(ours.lost, theirs.lost)}, the script ${text(theirs.lost, ours.lost)}`,
      });
    for (const symbol of ours.unexplained) differ({ where, what: `no reason for ${symbol}` });
    for (const fix of ours.fixes) {
      const { symbol, wanted } = fix;
      if ('lines' in fix) proposed.push({ place, fragment, symbol, wanted, lines: fix.lines });
      else if (!ours.message.includes(fix.none)) silent.push(`${where}: ${symbol}`);
    }
  }

  it('gives the same .config and loses the same symbols, each with a reason', async () => {
    const opened = await Promise.all((BRINGUP_TREES?.split(',') ?? trees).map(openTree));
    const script = join(opened[0]!.source.path, 'scripts/kconfig/merge_config.sh');
    const all = opened.flatMap((tree) =>
      tree.bases.flatMap((base) => tree.fragments.map((fragment) => ({ tree, base, fragment }))),
    );
    const chosen = shuffle(all, seed).slice(0, SAMPLE ?? sample);
    const groups = new Map<string, typeof chosen>();
    for (const one of chosen) {
      const name = `${one.tree.name}-${one.base}`;
      groups.set(name, [...(groups.get(name) ?? []), one]);
    }
    await inLanes(2, [...groups], async ([name, cases]) => {
      const place = await openPlace(cases[0]!.tree, cases[0]!.base, join(root, name), script);
      // The first one all the way by make: that conf alone gives the same is a claim to be tested too.
      for (const [index, { fragment }] of cases.entries())
        await compare(place, fragment, index === 0 ? 'make' : 'conf');
    });
    process.stderr.write(`${tried} of ${all.length} fragments on bases, ${lostSymbols} lost symbols\n`);
    expect(differences).toEqual([]);
    expect(tried).toBe(chosen.length);
    expect(lostSymbols).toBeGreaterThan(0);
  });

  it('proposes lines that make the symbol stick, or says that it has none', async () => {
    expect(silent).toEqual([]);
    const wrong: unknown[] = [];
    for (const { place, fragment, symbol, wanted, lines } of shuffle(proposed, seed).slice(0, fixes)) {
      const got = await valueWithFix(place, fragment, symbol, lines);
      if (got !== wanted) wrong.push({ fragment, base: place.base, symbol, wanted, got, lines });
    }
    process.stderr.write(`${fixes} of ${proposed.length} proposed fixes applied\n`);
    expect(wrong).toEqual([]);
    expect(proposed.length).toBeGreaterThanOrEqual(fixes);
  });
}

const sorted = (record: Readonly<Record<string, string>>) => Object.entries(record).sort();

/** What one has lost and the other has not, or otherwise. */
function text(record: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>): string {
  const own = sorted(record).filter(([symbol, got]) => other[symbol] !== got);
  return own.map(([symbol, got]) => `${symbol} (${got})`).join(', ') || 'nothing else';
}

/** Works through items, so many at a time. */
async function inLanes<T>(
  count: number,
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = [...items];
  const lane = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: count }, lane));
}
