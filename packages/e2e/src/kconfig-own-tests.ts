import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { detectDialect, evaluate, loadKconfig, shellRunner, type KconfigTree } from '@bringup/kconfig';

export type Line = readonly [symbol: string, value: string];

/** The outcome of a tree's `scripts/kconfig/tests`, run over the reader. */
interface OwnTests {
  /** How many files of expectations were compared. */
  readonly compared: number;
  /** The others: `TEST/FILE`. */
  readonly skipped: readonly string[];
  readonly different: readonly string[];
}

/** Files with lines that a test of a name starts from, and answers that it types, for what it expects (`__init__.py`). */
const INPUTS: Readonly<Record<string, { readonly file?: string; readonly typed?: readonly Line[] }>> = {
  'choice/alldef_expected_config': {},
  'choice_value_with_m_dep/expected_config': { file: 'config', typed: [['CHOICE0', 'y']] },
  'conditional_dep/expected_config1': { file: 'test_config1' },
  'conditional_dep/expected_config2': { file: 'test_config2' },
  'conditional_dep/expected_config3': { file: 'test_config3' },
  'inter_choice/expected_config': { file: 'defconfig' },
  'no_write_if_dep_unmet/expected_config': { file: 'config', typed: [['A', 'n']] },
  'transitional/expected_config': { file: 'initial_config' },
  'warn_changed_input/expected_config': { file: 'config' },
};

/** Tests of what conf refuses: it does so before a tree comes to the reader, which accepts repeated files and cycles. */
const REFUSED = /^err_(recursive_dep|repeated_inc|transitional)\//;
/** Questions that conf asks, warnings about changed values, and a defconfig: none of the reader's business. */
const ASKED =
  /^(choice|choice_value_with_m_dep|auto_submenu|new_choice_with_dep|transitional)\/.*stdout$|^warn_changed_input\/expected_(stderr|defconfig)$/;

/** Compares every expectation of a tree's own tests that speaks of values, messages or a file that ends the reading. */
export async function compareOwnTests(srctree: string): Promise<OwnTests> {
  const root = join(srctree, 'scripts/kconfig/tests');
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) =>
    /expected_(config\d*|stdout|stderr|defconfig)$/.test(path),
  );
  const skipped = files.filter((path) => REFUSED.test(path) || ASKED.test(path));
  const different: string[] = [];
  const chosen = files.filter((path) => !skipped.includes(path));
  for (const path of chosen) {
    const [test, file] = [path.slice(0, path.lastIndexOf('/')), path.slice(path.lastIndexOf('/') + 1)];
    const expected = readFileSync(join(root, path), 'utf8');
    const found = /config\d*$/.test(file)
      ? await configDifferences(srctree, join(root, test), path, expected)
      : await messageDifferences(srctree, join(root, test), expected);
    different.push(...found.map((what) => `${path}: ${what}`));
  }
  return { compared: chosen.length, skipped, different };
}

function load(srctree: string, test: string): Promise<KconfigTree> {
  const environment = { PATH: process.env['PATH']!, srctree: test };
  const shell = shellRunner({ cwd: test, environment });
  return loadKconfig({ srctree: test, environment, shell, dialect: detectDialect(srctree) });
}

/** The configuration that a test expects: its input leads to it, where the input is known, and it does not change when it is read again. */
async function configDifferences(
  srctree: string,
  test: string,
  path: string,
  expected: string,
): Promise<string[]> {
  const tree = await load(srctree, test);
  const wanted = readLines(expected);
  const input = INPUTS[path];
  const given = input?.file === undefined ? [] : readLines(readFileSync(join(test, input.file), 'utf8'));
  const inputs = [wanted, ...(input ? [[...given, ...(input.typed ?? [])]] : [])];
  return inputs.flatMap((lines) => {
    const { values } = evaluate(tree, lines);
    return wanted
      .filter(([name, value]) => values.get(name) !== value)
      .map(([name, value]) => `${name}: ${value} expected, the reader has ${values.get(name)}`);
  });
}

/** Each line of what conf prints is a message of the reader, or its error. */
async function messageDifferences(srctree: string, test: string, expected: string): Promise<string[]> {
  const said = await load(srctree, test).then(
    ({ messages }) => messages.flatMap(({ file, line, text }) => [text, `${file}:${line}: ${text}`]),
    (error: Error) => error.message.split('\n'),
  );
  const lines = expected.split('\n').filter((line) => line !== '');
  const [first] = lines;
  // "Inclusion path:" has a line for each file; the reader names the statement that closes the circle.
  if (first === 'Recursive inclusion detected.') {
    const place = lines.find((line) => line.includes('included from: '))!.split('included from: ')[1]!;
    return said[0]!.startsWith(`${place}: Recursive inclusion detected`)
      ? []
      : [`${said[0]}, not at ${place}`];
  }
  return lines.filter((line) => !said.includes(line)).map((line) => `the reader does not say ${line}`);
}

/** The lines of a `.config` as conf reads them. */
export function readLines(text: string): Line[] {
  return text.split('\n').flatMap((line): Line[] => {
    const set = /^CONFIG_(\w+)=(.*)$/.exec(line);
    if (set) return [[set[1]!, set[2]!]];
    const unset = /^# CONFIG_(\w+) is not set$/.exec(line);
    return unset ? [[unset[1]!, 'n']] : [];
  });
}
