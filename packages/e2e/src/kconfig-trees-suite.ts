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
  type RealTree,
  type Resolver,
} from './kconfig-trees.js';

interface SuiteOptions {
  readonly trees: readonly string[];
  /** How many pairs of fragment and base are tried, chosen by the seed; without it, all. */
  readonly sample?: number;
  readonly seed: number;
  /** How many of the proposed fixes each part applies. */
  readonly fixes: number;
  /** How many independent tests share the fragments. */
  readonly parts: number;
}

interface Difference {
  readonly where: string;
  readonly what: string;
}

/** For runs by hand: another sample size, and a line for each pair. */
const { BRINGUP_SAMPLE, BRINGUP_VERBOSE } = process.env;
const SAMPLE = Number(BRINGUP_SAMPLE) || undefined;

interface Case {
  readonly tree: RealTree;
  readonly base: string;
  readonly fragment: string;
}

interface Tried extends Omit<Case, 'tree' | 'base'> {
  readonly place: Place;
  readonly symbol: string;
  readonly wanted: string;
  readonly lines: readonly string[];
}

/** The findings of one part of the suite. */
interface Findings {
  readonly differences: Difference[];
  readonly proposed: Tried[];
  /** Requests for which Bringup neither proposes a line nor reports that no line would help. */
  readonly silent: string[];
  lostSymbols: number;
}

/** Every fragment of real trees on every base: Bringup and merge_config.sh make the same of them. */
export function describeTrees(options: SuiteOptions): void {
  const root = mkdtempSync(join(tmpdir(), 'bringup-kconfig-trees-'));
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  const opened = once(() => openCases(options));
  const places = new Map<string, Promise<Place>>();
  const openOnce = ({ tree, base }: Case, script: string) => {
    const name = `${tree.name}-${base}`;
    if (!places.has(name)) places.set(name, openPlace(tree, base, join(root, name), script));
    return places.get(name)!;
  };

  it.each(Array.from({ length: options.parts }, (_, index) => [index + 1, options.parts] as const))(
    'part %i of %i: the same .config, the same lost symbols, a reason for each, and lines that help',
    async (part, parts) => {
      const { cases, script } = await opened();
      const chosen = cases.slice(
        Math.floor(((part - 1) * cases.length) / parts),
        Math.floor((part * cases.length) / parts),
      );
      const found: Findings = { differences: [], proposed: [], silent: [], lostSymbols: 0 };
      await inLanes(2, groupByPlace(chosen), async (group) => {
        const place = await openOnce(group[0]!, script);
        // make resolves the first one completely, to test as well that conf alone gives the same result.
        for (const [index, { fragment }] of group.entries())
          await compare(place, fragment, index === 0 ? 'make' : 'conf', found);
      });
      const { proposed } = found;
      process.stderr.write(
        `${chosen.length} of ${cases.length} fragments on bases, ${found.lostSymbols} lost symbols, ${proposed.length} proposed fixes\n`,
      );
      expect(found.differences).toEqual([]);
      expect(found.silent).toEqual([]);
      expect(found.lostSymbols).toBeGreaterThan(0);
      expect(await wrongFixes(shuffle(proposed, options.seed).slice(0, options.fixes))).toEqual([]);
    },
  );
}

/** All cases of the trees, or the seeded sample, one base after the other. */
async function openCases({ trees, sample, seed }: SuiteOptions) {
  const opened = await Promise.all(trees.map(openTree));
  const script = join(opened[0]!.source.path, 'scripts/kconfig/merge_config.sh');
  const all = opened.flatMap((tree): Case[] =>
    tree.bases.flatMap((base) => tree.fragments.map((fragment) => ({ tree, base, fragment }))),
  );
  const chosen = new Set(shuffle(all, seed).slice(0, SAMPLE ?? sample));
  return { cases: all.filter((one) => chosen.has(one)), script };
}

function groupByPlace(cases: readonly Case[]): Case[][] {
  const groups = new Map<string, Case[]>();
  for (const one of cases) {
    const name = `${one.tree.name}-${one.base}`;
    groups.set(name, [...(groups.get(name) ?? []), one]);
  }
  return [...groups.values()];
}

async function compare(place: Place, fragment: string, resolver: Resolver, found: Findings): Promise<void> {
  const where = `${place.tree.name} ${place.base} + ${fragment}`;
  // Printed at once: a run over all of them takes hours.
  const differ = (what: string) => {
    found.differences.push({ where, what });
    process.stderr.write(`${where}: ${what}\n`);
  };
  const started = performance.now();
  const theirs = await configureByHand(place, fragment, resolver);
  const between = performance.now();
  const ours = await configureWithBringup(place, fragment).catch((error: Error) => error);
  if (BRINGUP_VERBOSE)
    process.stderr.write(
      `${where}: ${(between - started).toFixed()} ms by ${resolver}, ${(performance.now() - between).toFixed()} ms\n`,
    );
  if (ours instanceof Error) return differ(ours.message);
  found.lostSymbols += Object.keys(ours.lost).length;
  if (ours.config !== theirs.config) differ('another .config');
  if (JSON.stringify(sorted(ours.lost)) !== JSON.stringify(sorted(theirs.lost)))
    differ(`Bringup has lost ${text(ours.lost, theirs.lost)}, the script ${text(theirs.lost, ours.lost)}`);
  for (const symbol of ours.unexplained) differ(`no reason for ${symbol}`);
  for (const fix of ours.fixes) {
    const { symbol, wanted } = fix;
    if ('lines' in fix) found.proposed.push({ place, fragment, symbol, wanted, lines: fix.lines });
    else if (!ours.message.includes(fix.none)) found.silent.push(`${where}: ${symbol}`);
  }
}

async function wrongFixes(tried: readonly Tried[]): Promise<unknown[]> {
  const wrong: unknown[] = [];
  for (const { place, fragment, symbol, wanted, lines } of tried) {
    const got = await valueWithFix(place, fragment, symbol, lines);
    if (got !== wanted) wrong.push({ fragment, base: place.base, symbol, wanted, got, lines });
  }
  return wrong;
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

const sorted = (record: Readonly<Record<string, string>>) => Object.entries(record).sort();

/** Symbols that this side lost and the other side kept, or lost to a different value. */
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
