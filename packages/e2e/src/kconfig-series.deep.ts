import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  configure,
  crossPrefix,
  KCONFIG_PROGRAMS,
  readKconfigTree,
  resolveAside,
  type Arch,
  type MakeSetting,
  type SourceTree,
} from '@bringup/kbuild';
import { evaluate } from '@bringup/kconfig';
import type { UserError } from '@bringup/process';
import { compareOwnTests, readLines, type Line } from './kconfig-own-tests.js';
import { openTree, shuffle, type RealTree } from './kconfig-trees.js';
import { SERIES, seriesTree } from './linux-series.js';

jest.setTimeout(20 * 60_000);

/** Fragments tried on each base of each tree, of 47 (5.10) to 106 (7.2). BRINGUP_SAMPLE sets another number; 1000 is all. */
const SAMPLE = Number(process.env['BRINGUP_SAMPLE']) || 8;
const SEED = 3;
const directory = mkdtempSync(join(tmpdir(), 'bringup-kconfig-series-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe.each(SERIES)('Linux %s: the reader and the conf of the same tree', (series) => {
  it('agree on the inputs of scripts/kconfig/tests', async () => {
    const { source } = await openTree(seriesTree(series, 'arm64'));
    const { compared, skipped, different } = await compareOwnTests(source.path);
    process.stderr.write(`Linux ${series}: ${compared} expectations, not compared: ${skipped.join(', ')}\n`);
    expect(different).toEqual([]);
    expect(compared).toBeGreaterThan(8);
  });

  it.each(['arm64', 'x86_64'] as const)('agree on bases and fragments for %s', async (arch) => {
    const tree = await openTree(seriesTree(series, arch));
    const different: string[] = [];
    let tried = 0;
    for (const base of tree.bases) {
      const fragments = shuffle(tree.fragments, SEED).slice(0, SAMPLE);
      different.push(...(await compareBase(tree, arch, base, fragments)));
      tried += fragments.length + 1;
    }
    const all = tree.bases.length * (tree.fragments.length + 1);
    process.stderr.write(`${tree.name} (${tree.locked.kind}): ${tried} of ${all} configurations\n`);
    expect(different).toEqual([]);
  });

  it('explain a loss, with lines that conf confirms', async () => {
    const { program, source } = await openTree(seriesTree(series, 'arm64'));
    const file = join(directory, 'lost.config');
    // The second one has dependencies with conditions, and another name in 5.10.
    writeFileSync(file, `CONFIG_USB_STORAGE=y\n${series === '7' ? 'CONFIG_USB_CDNS_SUPPORT=y\n' : ''}`);
    const error = await configure({
      ...{ program, make: makeFor('arm64', source, `lost-${series}`), tools: {} },
      base: { kind: 'goal', goal: 'allnoconfig' },
      fragments: [{ kind: 'file', path: file, shown: 'lost.config' }],
    }).catch((caught: Error) => caught);
    const { message } = error as Error;
    process.stderr.write(`Linux ${series}: ${message}\n`);
    expect(error).toMatchObject({ code: 'REQUESTS_LOST' });
    const { fixes } = (error as UserError).fields as { fixes: readonly object[] };
    expect(fixes).toHaveLength(series === '7' ? 2 : 1);
    for (const fix of fixes) expect(fix).toHaveProperty('lines');
    if (series === '7') expect(message).toContain('(USB if !USB_GADGET) && (USB_GADGET if !USB)');
  });
});

function makeFor(arch: Arch, source: SourceTree, name: string): MakeSetting {
  const variables = KCONFIG_PROGRAMS.kernel.variables(arch);
  const crossCompile = crossPrefix(arch);
  return { arch, variables, crossCompile, llvm: false, source, out: join(directory, name), jobs: 2 };
}

/** The base itself, and each fragment behind it: what conf writes, against what the reader computes. */
async function compareBase(
  tree: RealTree,
  arch: Arch,
  base: string,
  fragments: readonly string[],
): Promise<string[]> {
  const { program, source } = tree;
  const make = makeFor(arch, source, tree.name);
  const goal = { kind: 'goal', goal: base } as const;
  const { text } = await configure({ program, make, tools: {}, base: goal, fragments: [] });
  const read = await readKconfigTree(program, make);
  const different: string[] = [];
  for (const fragment of [undefined, ...fragments]) {
    const added = fragment === undefined ? '' : readFileSync(join(source.path, fragment), 'utf8');
    const lines = readLines(`${text}\n${added}`);
    const file = join(directory, 'trial.config');
    writeFileSync(file, writeLines(lines));
    await resolveAside(program, make, file);
    const theirs = new Map(readLines(readFileSync(file, 'utf8')));
    const ours = evaluate(read, lines).values;
    for (const name of new Set([...theirs.keys(), ...ours.keys()]))
      if (theirs.get(name) !== ours.get(name))
        different.push(
          `${tree.name} ${base} ${fragment ?? ''}: ${name}: conf has ${theirs.get(name)}, the reader ${ours.get(name)}`,
        );
  }
  return different;
}

function writeLines(lines: readonly Line[]): string {
  return lines
    .map(([name, value]) => (value === 'n' ? `# CONFIG_${name} is not set\n` : `CONFIG_${name}=${value}\n`))
    .join('');
}
