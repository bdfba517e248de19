/**
 * Fixtures of constructs that Debian's `kconfig-conf` refuses: each `N.config` against `N.expected`, the lines that the
 * `conf` of Linux 7.2 wrote for it. differential.spec.ts compares them anew with the conf of a given tree.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { evaluate, loadKconfig } from './index.js';
import { parseResolved } from '../config/config-file.js';

const FIXTURES = join(__dirname, '../../fixtures');
const cases = readdirSync(FIXTURES).flatMap((name) =>
  readdirSync(join(FIXTURES, name))
    .filter((file) => file.endsWith('.expected'))
    .map((file) => [name, file.replace('.expected', '')] as const),
);

it.each(cases)('the reader writes what conf wrote: %s, %s.config', async (name, number) => {
  const lines = (file: string) =>
    parseResolved(readFileSync(join(FIXTURES, name, file), 'utf8'), file).map(
      ({ symbol, value }) => [symbol, value] as const,
    );
  const tree = await loadKconfig({ srctree: join(FIXTURES, name) });
  expect([...evaluate(tree, lines(`${number}.config`)).values]).toEqual(lines(`${number}.expected`));
});

it('has such fixtures', () => expect(new Set(cases.map(([name]) => name)).size).toBeGreaterThan(1));
