import { countsIn, describeOtherVersions, parseConfig, parseResolved } from '../index.js';

const symbolsIn = (text: string, version: string) =>
  parseConfig(text, 'f.config')
    .filter((request) => countsIn(request, version))
    .map(({ symbol }) => symbol);

describe('"# since:" and "# before:"', () => {
  it.each([
    ['5.10.209', ['OLD', 'ALL']],
    ['5.17', ['OLD', 'ALL']],
    ['5.18', ['NEW', 'MIDDLE', 'ALL']],
    ['6.1.148', ['NEW', 'MIDDLE', 'ALL']],
    ['6.12.0', ['NEW', 'ALL']],
    ['7.2.1', ['NEW', 'ALL']],
  ])('in %s choose the lines for that version', (version, symbols) => {
    const text = [
      ...['# before: 5.18', 'CONFIG_OLD=y', '# since: 5.18', 'CONFIG_NEW=y'],
      ...['# since: 5.18', '# before: 6.12', '# CONFIG_MIDDLE is not set', 'CONFIG_ALL=y', ''],
    ].join('\n');
    expect(symbolsIn(text, version)).toEqual(symbols);
  });

  it("compare numbers, so that U-Boot's 2025.01 is later than 2024.10, and 6.1 is 6.1.0", () => {
    expect(symbolsIn('# since: 2024.10\nCONFIG_A=y\n', '2025.01')).toEqual(['A']);
    expect(symbolsIn('# since: 6.1.0\nCONFIG_A=y\n', '6.1')).toEqual(['A']);
    expect(symbolsIn('# before: 6.1\nCONFIG_A=y\n', '6.1.0')).toEqual([]);
  });

  it('stand together with "# optional:" above one line', () => {
    const [request] = parseConfig('# since: 6.2\n# optional: not on x86\nCONFIG_A=y\n', 'f');
    expect(request).toMatchObject({ since: '6.2', optional: 'not on x86' });
  });

  it('are named with the lines that they leave out', () => {
    const requests = parseConfig(
      '# before: 5.18\nCONFIG_A=y\n# since: 7\n# before: 8\n# CONFIG_B is not set\n',
      'f',
    );
    expect(describeOtherVersions(requests, '6.1.148')).toBe(
      'left out in 6.1.148: f:2: CONFIG_A=y (before 5.18); f:5: # CONFIG_B is not set (since 7 and before 8)',
    );
    expect(describeOtherVersions([], '6.1')).toBeUndefined();
  });

  it.each([
    ['# since: v5.18\nCONFIG_A=y\n', 'f.config:1: "v5.18" is not a version', 'write "# since: 5.18"'],
    ['# before: now\nCONFIG_A=y\n', 'f.config:1: "now" is not a version', 'write "# before: 6.12"'],
    ['# since: 6.12-rc1\nCONFIG_A=y\n', '"6.12-rc1" is not a version', 'write "# since: 6.12"'],
    ['\n# since: 5.18\n\nCONFIG_A=y\n', 'f.config:2: no request follows', 'right above the line'],
    ['CONFIG_A=y\n# before: 5.18\n', 'f.config:2: no request follows', 'right above the line'],
    ['# since: 5.18\n# why\nCONFIG_A=y\n', 'f.config:1: no request follows', 'other directives between'],
    ['# since: 5.18\n# since: 6.1\nCONFIG_A=y\n', 'f.config:2: a second "# since:"', 'Remove one'],
    [
      '# since: 6.12\n# before: 5.18\nCONFIG_A=y\n',
      'f.config:1: no version is both',
      'later than the one in',
    ],
    ['# since: 6.1\n# before: 6.1.0\nCONFIG_A=y\n', 'f.config:1: no version is both', 'never counts'],
    ['# before: 0\nCONFIG_A=y\n', 'f.config:1: no version is before 0', 'Remove both'],
    [
      '# until: 6.2\nCONFIG_A=y\n',
      'f.config:1: "# until: 6.2" is nearly',
      'Write "# before: 6.2", which names',
    ],
    ['# since : 5.18\nCONFIG_A=y\n', 'f.config:1: "# since : 5.18" is nearly', 'Write "# since: 5.18"'],
    ['# Since: 5.18\nCONFIG_A=y\n', 'f.config:1: "# Since: 5.18" is nearly', 'Write "# since: 5.18"'],
    ['# since v5.18\nCONFIG_A=y\n', 'f.config:1: "# since v5.18" is nearly', 'Write "# since: 5.18"'],
    ['## before: 6.2\nCONFIG_A=y\n', 'f.config:1: "## before: 6.2" is nearly', 'Write "# before: 6.2"'],
    ['# since:\nCONFIG_A=y\n', 'f.config:1: "# since:" is nearly', 'Write "# since: 6.12"'],
    ['# optional:\nCONFIG_A=y\n', 'f.config:1: "# optional:" is nearly', 'Write "# optional: REASON"'],
    ['# since: 5.18, before: 6.2\nCONFIG_A=y\n', 'is not a version', 'each directive on a line of its own'],
    ['# optional: a\n# optional: b\nCONFIG_A=y\n', 'f.config:2: a second "# optional:"', 'Remove one'],
    ['CONFIG_A=y\n# optional: why\n', 'f.config:2: no request follows', 'right above the line'],
  ])('refuse %j', (text, where, remedy) => {
    let message = '';
    try {
      parseConfig(text, 'f.config');
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toContain(where);
    expect(message).toContain(remedy);
  });

  it.each([
    '# since 2.6 there is a better one',
    '# Before this: nothing',
    '# optional lines follow',
    '# from 5 to 9',
  ])('leave the comment %j alone', (comment) =>
    expect(parseConfig(`${comment}\nCONFIG_A=y\n`, 'f')).toHaveLength(1),
  );

  it("are comments where they cannot be directives in the tree's own files, which are not the user's to correct", () => {
    expect(parseResolved('# since: the beginning\nCONFIG_A=y\n')).toHaveLength(1);
  });
});
