import {
  checkRequests,
  configValues,
  describeNeedless,
  describeOverride,
  formatRequest,
  parseConfig,
  planMerge,
} from '../index.js';

describe('parseConfig', () => {
  it.each([
    ['CONFIG_A=y', 'A', 'y'],
    ['CONFIG_A=m  ', 'A', 'm'],
    ['CONFIG_A=n', 'A', 'n'],
    ['# CONFIG_A is not set', 'A', 'n'],
    ['CONFIG_NR_CPUS=8', 'NR_CPUS', '8'],
    ['CONFIG_OFFSET=-5', 'OFFSET', '-5'],
    ['CONFIG_PHYSICAL_START=0x1000000', 'PHYSICAL_START', '0x1000000'],
    ['CONFIG_CMDLINE="console=ttyAMA0 a=\\"b\\""', 'CMDLINE', '"console=ttyAMA0 a=\\"b\\""'],
    ['CONFIG_EMPTY=""\r', 'EMPTY', '""'],
  ])('reads %j', (line, symbol, value) => {
    expect(parseConfig(`# comment\n\n${line}\n`, 'f.config')).toEqual([
      { symbol, value, file: 'f.config', line: 3 },
    ]);
  });

  it.each(['CONFIG_A', 'CONFIG_A = y', 'A=y', 'CONFIG_A=yes', 'CONFIG_A="open', 'CONFIG_A=', ' CONFIG_A=y'])(
    'refuses %j with file:line',
    (line) => {
      expect(() => parseConfig(`# comment\n${line}\n`, 'f.config')).toThrow(
        /^f\.config:2: not a Kconfig line/,
      );
    },
  );

  it('ties "# optional: reason" to the next line only', () => {
    const text = '# optional: not on arm64\nCONFIG_A=y\nCONFIG_B=y\n# other\nCONFIG_C=y\n';
    expect(parseConfig(text, 'f').map(({ symbol, optional }) => [symbol, optional])).toEqual([
      ['A', 'not on arm64'],
      ['B', undefined],
      ['C', undefined],
    ]);
  });

  it('round-trips through formatRequest', () => {
    const text = 'CONFIG_A=y\n# CONFIG_B is not set\nCONFIG_C="d"\n';
    const lines = [...configValues(parseConfig(text, 'f'))].map(([symbol, value]) =>
      formatRequest(symbol, value),
    );
    expect(`${lines.join('\n')}\n`).toBe(text);
  });
});

describe('a fragment as editors and habits leave it', () => {
  const a = { symbol: 'A', value: 'y', file: 'f', line: 1 };
  const b = { symbol: 'B', value: 'n', file: 'f', line: 2 };

  it.each([
    ['lines that end as on Windows', 'CONFIG_A=y\r\n# CONFIG_B is not set\r\n'],
    ['a byte order mark', '\uFEFFCONFIG_A=y\n# CONFIG_B is not set\n'],
    ['both', '\uFEFFCONFIG_A=y\r\n# CONFIG_B is not set\r\n'],
    ['no newline at the end', 'CONFIG_A=y\n# CONFIG_B is not set'],
  ])('is read with %s', (_what, text) => {
    expect(parseConfig(text, 'f')).toEqual([a, b]);
  });

  it('ties "# optional: reason" to its line with \\r\\n too', () => {
    expect(parseConfig('# optional: why\r\nCONFIG_A=y\r\n', 'f')[0]?.optional).toBe('why');
  });

  it.each([
    ['A=y', 'write CONFIG_A=y'],
    ['A_B = "text"', 'write CONFIG_A_B="text"'],
    ['CONFIG_A := y', 'no operator but "=": write CONFIG_A=y'],
    ['CONFIG_A ?= m', 'no operator but "=": write CONFIG_A=m'],
    ['CONFIG_A+=y', 'no operator but "=": write CONFIG_A=y'],
    ['export CONFIG_A=y', 'exports nothing: write CONFIG_A=y'],
    ['export CONFIG_A := y', 'write CONFIG_A=y'],
    ['export CONFIG_A', 'write CONFIG_A=y'],
    ['CONFIG_A = y', 'no space before the symbol or around "=": write CONFIG_A=y'],
    ['  CONFIG_A=y', 'write CONFIG_A=y'],
    ['CONFIG_A=yes', 'write CONFIG_A=y'],
    ['CONFIG_A=\0y', 'NUL byte'],
    ['\0C\0O\0N\0F\0I\0G\0_\0A\0=\0y', 'save it as UTF-8'],
    ['# CONFIG_A is\0 not set', 'NUL byte'],
    ['# a comment with \0', 'NUL byte'],
  ])('is refused with file, line and advice for %j', (line, advice) => {
    const read = () => parseConfig(`\uFEFF# first\r\n${line}\r\nCONFIG_B=y\n`, 'f.config');
    expect(read).toThrow(/^f\.config:2: not a Kconfig line: /);
    expect(read).toThrow(advice);
    expect(read).not.toThrow(/\0/);
  });

  it('takes a second of CPU time at 10 MB, of lines, of one comment and of one string', () => {
    const size = 10 * 1024 * 1024;
    const line = 'CONFIG_SOME_LONGER_NAME="a value"\n';
    const before = process.cpuUsage();
    expect(parseConfig(line.repeat(size / line.length), 'f')).toHaveLength(Math.floor(size / line.length));
    expect(
      parseConfig(`#${' '.repeat(size)}x\n# optional:${' '.repeat(size)}x\nCONFIG_A=y\n`, 'f'),
    ).toHaveLength(1);
    expect(parseConfig(`CONFIG_A="${'x'.repeat(size)}"\n`, 'f')[0]?.value).toHaveLength(size + 2);
    expect(process.cpuUsage(before).user).toBeLessThan(5_000_000); // Microseconds; usually 0.5 million.
  });

  it.each([`CONFIG_A="${'x'.repeat(10_000_000)}`, 'x'.repeat(10_000_000), ' '.repeat(10_000_000) + 'x'])(
    'is refused in a short message for a line of 10 MB',
    (line) => {
      expect(() => parseConfig(line, 'f')).toThrow(/^f:1: not a Kconfig line: .{200}…\n.{1,200}$/);
    },
  );
});

it("leaves values that are none to conf where the fragment is not the user's", () => {
  expect(parseConfig('CONFIG_A=a,b\n', 'f', { anyValue: true })).toEqual([
    { symbol: 'A', value: 'a,b', file: 'f', line: 1 },
  ]);
  expect(() => parseConfig('A=y\n', 'f', { anyValue: true })).toThrow('write CONFIG_A=y');
});

describe('lines that contradict each other', () => {
  const overrides = (...texts: string[]) =>
    planMerge(texts.flatMap((text, index) => parseConfig(text, `${'ab'[index]}.config`))).overrides.map(
      describeOverride,
    );

  it('are reported, in one fragment and between two', () => {
    expect(overrides('CONFIG_X=y\n', '\n\nCONFIG_X=n\n')).toEqual([
      'b.config:3: CONFIG_X=n replaces a.config:1: CONFIG_X=y',
    ]);
    expect(overrides('CONFIG_X=1\nCONFIG_X=2\nCONFIG_X=2\n', 'CONFIG_X="3"\n')).toEqual([
      'a.config:2: CONFIG_X=2 replaces a.config:1: CONFIG_X=1',
      'b.config:1: CONFIG_X="3" replaces a.config:3: CONFIG_X=2',
    ]);
    expect(overrides('CONFIG_X=y\nCONFIG_X=y\n', 'CONFIG_X=y\n')).toEqual([]);
    expect(overrides('CONFIG_X=n\n', '# CONFIG_X is not set\n')).toEqual([]);
  });

  it('count where they stand last, which decides between the members of a choice', () => {
    const { requests } = planMerge(parseConfig('CONFIG_X=y\nCONFIG_Y=y\nCONFIG_X=y\n', 'f'));
    expect(requests.map(({ symbol }) => symbol)).toEqual(['Y', 'X']);
  });
});

it('finds an "# optional" that its request does not need', () => {
  const requests = parseConfig(
    '# optional: not on x86\nCONFIG_A=y\n# optional: no disk\nCONFIG_B=y\nCONFIG_C=y\n',
    'f.config',
  );
  const resolved = configValues(parseConfig('CONFIG_A=y\nCONFIG_C=y\n', '.config'));
  const { needlessOptional, accepted, lost } = checkRequests(requests, resolved);
  expect(needlessOptional.map(describeNeedless)).toEqual([
    'has no effect: "# optional: not on x86" above f.config:2, because CONFIG_A=y is not lost',
  ]);
  expect([accepted.length, lost.length]).toEqual([1, 0]);
});
