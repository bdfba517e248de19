import { parseAge, planPrune, type PruneRequest } from './prune-plan.js';
import type { StorageEntry } from './storage.js';

const HOUR_MS = 3_600_000;
const NOW = 1_800_000_000_000;

/** Used so many hours ago, with a megabyte each. */
function entry(name: string, hours: number, more: Partial<StorageEntry> = {}): StorageEntry {
  return {
    ...{ kind: 'kept', name, path: `/ws/${name}`, bytes: 1_000_000, usedMs: NOW - hours * HOUR_MS },
    ...{ orphan: false, remove: async () => undefined },
    ...more,
  };
}

/** In the order of findStorage. */
const ENTRIES = [
  entry('orphan', 1, { orphan: true }),
  entry('held-orphan', 90, { orphan: true, spared: 'process 1 uses it' }),
  entry('old', 50),
  entry('locked', 40, { kind: 'source', spared: "this workspace's lock names it" }),
  entry('source', 30, { kind: 'source' }),
  entry('new', 2),
];

const REQUESTS: [what: string, request: Partial<PruneRequest>, chosen: Record<string, string>][] = [
  ['nothing without a criterion', {}, {}],
  ['the removed projects', { removedProjects: true }, { orphan: 'removed-project' }],
  ['by age', { olderThanMs: 24 * HOUR_MS }, { old: 'age', source: 'age' }],
  ['exactly of the age: none', { olderThanMs: 50 * HOUR_MS }, {}],
  ['all that can go', { olderThanMs: 0 }, { orphan: 'age', old: 'age', source: 'age', new: 'age' }],
  ['nothing that fits', { maxBytes: 6_000_000 }, {}],
  ['by size, first what belongs to no project', { maxBytes: 5_999_999 }, { orphan: 'size' }],
  [
    'by size, then what was used longest ago',
    { maxBytes: 3_500_000 },
    { orphan: 'size', old: 'size', source: 'size' },
  ],
  [
    'by size, as far as it can',
    { maxBytes: 1 },
    { orphan: 'size', old: 'size', source: 'size', new: 'size' },
  ],
  ['by age and size', { olderThanMs: 45 * HOUR_MS, maxBytes: 4_000_000 }, { old: 'age', orphan: 'size' }],
];

it.each(REQUESTS)('chooses %s', (_what, request, chosen) => {
  const found = planPrune(ENTRIES, { removedProjects: false, ...request }, NOW);
  expect(Object.fromEntries([...found].map(([{ name }, reason]) => [name, reason]))).toEqual(chosen);
});

it.each([
  ['0h', 0],
  ['12h', 12 * HOUR_MS],
  ['30d', 30 * 24 * HOUR_MS],
  ['2w', 14 * 24 * HOUR_MS],
])('%s is a span of time', (text, milliseconds) => {
  expect(parseAge(text)).toBe(milliseconds);
});

it.each(['', '30', 'd', '-1d', '1.5d', '30 d', '30D', '1m', '1y', `${'9'.repeat(20)}d`])(
  '%j is not a span of time',
  (text) => {
    expect(() => parseAge(text)).toThrow(
      expect.objectContaining({ code: 'BAD_AGE', message: expect.stringContaining(JSON.stringify(text)) }),
    );
  },
);
