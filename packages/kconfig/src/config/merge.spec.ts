import { checkRequests, configValues, describeLost, formatMerged, parseConfig, planMerge } from '../index.js';

const base = parseConfig('CONFIG_A=y\n# CONFIG_B is not set\nCONFIG_C=1\n', '.config');

it('lets the later fragment win and remembers what it replaced', () => {
  const first = parseConfig('CONFIG_A=n\nCONFIG_D=y\n', 'first.config');
  const second = parseConfig('CONFIG_A=y\nCONFIG_D=y\n', 'second.config');
  const plan = planMerge([...first, ...second]);
  expect(plan.requests.map(({ symbol, value, file }) => [symbol, value, file])).toEqual([
    ['A', 'y', 'second.config'],
    ['D', 'y', 'second.config'],
  ]);
  expect(plan.overrides.map(({ loser, winner }) => [loser.file, winner.file, loser.symbol])).toEqual([
    ['first.config', 'second.config', 'A'],
  ]);
});

it('replaces the lines of the base', () => {
  const { requests } = planMerge(parseConfig('CONFIG_B=m\nCONFIG_E="x"\n', 'f'));
  expect(formatMerged(base, requests)).toBe('CONFIG_A=y\nCONFIG_C=1\nCONFIG_B=m\nCONFIG_E="x"\n');
});

it('finds what did not stick, counts absent as n, and lists accepted losses apart', () => {
  const requests = parseConfig(
    'CONFIG_A=y\nCONFIG_B=y\n# CONFIG_GONE is not set\n# optional: only on x86\nCONFIG_NOWHERE=y\nCONFIG_C=2\n',
    'f.config',
  );
  const { lost, accepted } = checkRequests(requests, configValues(base));
  expect(lost.map(describeLost)).toEqual([
    'f.config:2: CONFIG_B: wanted y, got n',
    'f.config:6: CONFIG_C: wanted 2, got 1',
  ]);
  expect(accepted.map(describeLost)).toEqual([
    'f.config:5: CONFIG_NOWHERE: wanted y, got n (optional: only on x86)',
  ]);
});
