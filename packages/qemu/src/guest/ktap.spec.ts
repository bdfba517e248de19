import { KtapReader } from './ktap.js';

const read = (...lines: string[]) => {
  const report = KtapReader.read(lines.join('\r\n'));
  if (!report) return undefined;
  const { passed, failed, skipped, failures } = report;
  return {
    counts: [passed, failed, skipped],
    failures: failures.map(({ name, problem }) => (problem ? `${name}: ${problem}` : name)),
  };
};
const stamped = (lines: readonly string[]) =>
  lines.map((line, index) => `[    0.${String(510000 + index)}] ${line}`);

const SUITE = [
  'KTAP version 1',
  '1..2',
  '    KTAP version 1',
  '    # Subtest: queue',
  '    1..2',
  '    ok 1 push',
  '    ok 2 pop # SKIP no memory',
  '# queue: pass:1 fail:0 skip:1 total:2',
  'ok 1 queue',
  'ok 2 tree # SKIP needs a device',
];

describe('KtapReader', () => {
  it('finds no tests where none reported', () => {
    expect(
      read('Linux version 6.1', 'ok 1 is what a program says', '1..4', 'not ok 2 either'),
    ).toBeUndefined();
  });

  it('counts what passed and what was skipped', () => {
    expect(read(...SUITE)).toEqual({ counts: [1, 0, 2], failures: [] });
    expect(read('/ # run', ...stamped(SUITE), '/ # ')).toEqual({ counts: [1, 0, 2], failures: [] });
  });

  it('names failed cases from the suite down, and not their suites', () => {
    const lines = [
      ...['KTAP version 1', '1..1', '    KTAP version 1', '    # Subtest: queue', '    1..2'],
      ...[
        '    # push: EXPECTATION FAILED at lib/queue_test.c:31',
        '    not ok 1 push',
        '        KTAP version 1',
      ],
      ...[
        '        # Subtest: param',
        '        ok 1 even',
        '        not ok 2 odd',
        '    not ok 2 param',
        'not ok 1 queue',
      ],
    ];
    expect(read(...stamped(lines))).toEqual({
      counts: [1, 2, 0],
      failures: ['queue.push', 'queue.param.odd'],
    });
  });

  it('names a suite that failed by itself', () => {
    expect(
      read('KTAP version 1', '1..1', '    # Subtest: a', '    1..1', '    ok 1 x', 'not ok 1 a'),
    ).toEqual({
      counts: [1, 1, 0],
      failures: ['a'],
    });
  });

  it('reads on between other lines', () => {
    const lines = SUITE.flatMap((line) => [
      `[    1.000000] ${line}`,
      'lab-daemon: hello',
      '[    1.000001] random: crng init done',
    ]);
    expect(read(...lines)).toEqual({ counts: [1, 0, 2], failures: [] });
  });

  it('counts results that never came', () => {
    expect(
      read('KTAP version 1', '1..3', 'ok 1 a', '    # Subtest: tree', '    1..2', '    not ok 1 rotate'),
    ).toEqual({
      counts: [1, 3, 0],
      failures: ['tree.rotate', 'tree: 1 of 2 results are missing', ': 2 of 3 results are missing'],
    });
  });

  it.each([
    [
      'kselftest',
      [
        'TAP version 13',
        '1..3',
        '# selftests: lab: a.sh',
        'ok 1 selftests: lab: a.sh',
        'not ok 2 selftests: lab: b.sh # exit=1',
        'ok 3 selftests: lab: c.sh # SKIP',
      ],
      [1, 1, 1],
    ],
    [
      'nested tests of kselftest',
      [
        'TAP version 13',
        '1..1',
        '# TAP version 13',
        '# 1..2',
        '# ok 1 a',
        '# not ok 2 b',
        'not ok 1 selftests: x',
      ],
      [1, 1, 0],
    ],
    [
      'KUnit of 5.10',
      ['TAP version 14', '1..1', '    # Subtest: a', '    1..1', '    ok 1 - x', 'ok 1 - a'],
      [1, 0, 0],
    ],
    [
      'a failure that is expected',
      ['KTAP version 1', '1..2', 'not ok 1 x # TODO not written', 'not ok 2 y # XFAIL known'],
      [2, 0, 0],
    ],
    ['a run that is given up', ['TAP version 13', '1..2', 'ok 1 a', 'Bail out! no device'], [1, 2, 0]],
    ['a plan that comes last', ['TAP version 13', 'ok 1 a', 'ok 2 b', '1..2'], [2, 0, 0]],
    ['no plan at all', ['TAP version 13', 'ok 1 a', 'not ok 2 b'], [1, 1, 0]],
    [
      'two documents',
      ['KTAP version 1', '1..1', 'ok 1 a', 'KTAP version 1', '1..1', 'not ok 1 b'],
      [1, 1, 0],
    ],
    [
      'one that ends early, and another',
      ['KTAP version 1', '1..2', 'ok 1 a', 'KTAP version 1', '1..1', 'ok 1 b'],
      [2, 1, 0],
    ],
    ['an empty plan', ['KTAP version 1', '1..0 # SKIP no tests'], [0, 0, 0]],
  ])('reads %s', (_, lines, counts) => {
    expect(read(...lines)?.counts).toEqual(counts);
    expect(read(...stamped(lines))?.counts).toEqual(counts);
  });

  it('gives the line of a failure in the log', () => {
    expect(KtapReader.read('a\nKTAP version 1\n1..1\nnot ok 1 x\n')?.failures).toEqual([
      { name: 'x', line: 4 },
    ]);
  });
});
