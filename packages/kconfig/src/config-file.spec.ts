import { configValues, formatRequest, parseConfig } from './index.js';

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
    const text = '# optional: not on arm64\nCONFIG_A=y\nCONFIG_B=y\n# optional: x\n# other\nCONFIG_C=y\n';
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
