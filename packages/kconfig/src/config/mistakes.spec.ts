import { parseConfig } from './config-file.js';

const faults = (text: string): string => {
  try {
    parseConfig(text, 'f.config');
    return '';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('a comment that is nearly a request', () => {
  it.each([
    '#CONFIG_MODULES is not set',
    '#  CONFIG_MODULES is not set',
    '#\tCONFIG_MODULES is not set',
    '## CONFIG_MODULES is not set',
    '# CONFIG_MODULES is not set.',
    '# config_modules is not set',
    '# CONFIG_MODULES  is not set',
    '# CONFIG_MODULES is not  set',
    '# Config_Modules Is Not Set',
    '# CONFIG_MODULES is not set!',
    '# MODULES is not set',
    '# CONFIG_MODULES is unset',
    '# CONFIG_MODULES not set',
    "# CONFIG_MODULES isn't set",
    '# CONFIG_MODULES=y is not set',
  ])('%j is refused with the right form', (line) => {
    expect(faults(`CONFIG_A=y\n${line}\n`)).toBe(
      `f.config:2: "${line}" is nearly a request, and would be a comment without effect. ` +
        'Write "# CONFIG_MODULES is not set". Where this is only a comment, say it in other words',
    );
  });

  it.each([
    ['# CONFIG_MODULES is not set   # smaller image', 'smaller image'],
    ['# CONFIG_MODULES is not set (nobody loads any)', 'nobody loads any'],
    ['# CONFIG_MODULES is not set, for size', 'for size'],
    ['# CONFIG_MODULES is not set -- why', 'why'],
  ])('%j has a reason, which moves up', (line, reason) => {
    expect(faults(line)).toContain(
      `Write "# CONFIG_MODULES is not set", and "# ${reason}" on a line above it.`,
    );
  });

  it.each([
    ['#define CONFIG_MODULES 1', 'Write CONFIG_MODULES=y'],
    ['#define CONFIG_CMDLINE "a"', 'Write CONFIG_CMDLINE="a"'],
    ['#undef CONFIG_MODULES', 'Write "# CONFIG_MODULES is not set"'],
  ])('%j is a line of a C header', (line, advice) => expect(faults(line)).toContain(advice));

  it.each([
    '#CONFIG_MODULES=y',
    '# CONFIG_KUNIT=m',
    '# MODULES is not set up here',
    '# Modules are not set',
    '# We need CONFIG_MODULES is not set for size',
    '# CONFIG_MODULES: see below',
    '# CONFIG_MODULES is set by the preset',
    '# the board is not set up yet',
    '#',
    '# CONFIG_MODULES is not set',
    '\f# page two',
  ])('%j is none', (line) => expect(faults(`${line}\n`)).toBe(''));

  it('counts in what others wrote as the comment that it is', () => {
    expect(parseConfig('# CONFIG_A is not set.\n', 'f', { anyValue: true })).toEqual([]);
  });
});

it.each([
  ['CONFIG_MODULES=yes', 'The values of a symbol are y, m and n: write CONFIG_MODULES=y'],
  ['CONFIG_MODULES=Y', 'write CONFIG_MODULES=y'],
  ['CONFIG_MODULES=M', 'write CONFIG_MODULES=m'],
  ['CONFIG_MODULES=true', 'write CONFIG_MODULES=y'],
  ['CONFIG_MODULES=No', 'write "# CONFIG_MODULES is not set"'],
  ['CONFIG_MODULES=off', 'write "# CONFIG_MODULES is not set"'],
  [
    'CONFIG_MODULES=y # for the wifi driver',
    'A comment needs a line of its own: write "# for the wifi driver" above CONFIG_MODULES=y',
  ],
  ['CONFIG_NR_CPUS=4   #many', 'write "# many" above CONFIG_NR_CPUS=4'],
  ['CONFIG_CMDLINE="a b" # why', 'write "# why" above CONFIG_CMDLINE="a b"'],
  ['CONFIG_MODULES=yes # why', 'write "# why" above CONFIG_MODULES=y'],
  ['CONFIG_CMDLINE=“console=ttyS0”', 'These are typographic quotes: write CONFIG_CMDLINE="console=ttyS0"'],
  ['CONFIG_CMDLINE=‘console=ttyS0’', 'write CONFIG_CMDLINE="console=ttyS0"'],
  ["CONFIG_CMDLINE='console=ttyS0'", 'A string has double quotes: write CONFIG_CMDLINE="console=ttyS0"'],
  ['CONFIG_CMDLINE=\'say "hi"\'', String.raw`write CONFIG_CMDLINE="say \"hi\""`],
  ['CONFIG_CMDLINE=console=ttyS0', 'A string has double quotes: write CONFIG_CMDLINE="console=ttyS0"'],
  ['CONFIG_CMDLINE="console=ttyS0', 'The string is never closed: write CONFIG_CMDLINE="console=ttyS0"'],
  [
    'CONFIG_CMDLINE="console=ttyS0" quiet',
    'There is text behind the closing quote: write CONFIG_CMDLINE="console=ttyS0 quiet"',
  ],
  [
    'CONFIG_CMDLINE="a "b" c"',
    String.raw`A quote inside a string has a backslash in front: write CONFIG_CMDLINE="a \"b\" c"`,
  ],
  [
    'CONFIG_LOCALVERSION=',
    'It has no value: write "# CONFIG_LOCALVERSION is not set", or CONFIG_LOCALVERSION="" for an empty string',
  ],
  ['CONFIG_BASE=1f', 'A hexadecimal number begins with 0x: write CONFIG_BASE=0x1f'],
  ['CONFIG_MODULES=y;', 'A line ends without ";": write CONFIG_MODULES=y'],
  ['CONFIG_MODULES==y', 'There is one "=" only: write CONFIG_MODULES=y'],
  ['CONFIG_MODULES=y // why', 'write "# why" above CONFIG_MODULES=y'],
  ['CONFIG_MODULES=`date`', 'Write CONFIG_NAME=y'],
  ['CONFIG_BASE=0b1', 'Write CONFIG_NAME=y'],
  ['config_modules=y', 'Symbols are in capitals here: write CONFIG_MODULES=y'],
  ['MODULES=y', 'A symbol has the prefix CONFIG_ here: write CONFIG_MODULES=y'],
  ['MODULES=yes', 'write CONFIG_MODULES=y'],
  ['MODULES=n', 'write "# CONFIG_MODULES is not set"'],
  [
    'CONFIG_MODULES is not set',
    'A line that turns a symbol off begins with "# ": write "# CONFIG_MODULES is not set"',
  ],
  ['// CONFIG_MODULES is not set', 'write "# CONFIG_MODULES is not set"'],
  ['; a comment', 'A comment begins with #.'],
  ['CONFIG_MODULES y', '"=" is missing: write CONFIG_MODULES=y'],
  ['CONFIG_MODULES', 'It has no value: write CONFIG_MODULES=y, or "# CONFIG_MODULES is not set"'],
  ['  CONFIG_MODULES=y', 'write CONFIG_MODULES=y'],
])('%j is refused with the corrected line', (line, advice) => {
  const [first, second, ...rest] = faults(`CONFIG_A=y\n${line}\n`).split('\n');
  expect(first).toBe(`f.config:2: not a Kconfig line: ${line}`);
  expect(second).toContain(advice);
  expect(rest).toEqual([]);
  const [, meant] =
    /(?:write|above) (CONFIG_\w+=.*?|"# CONFIG_\w+ is not set")(?:, or .*)?$/.exec(second!) ?? [];
  // conf can read the line that people paste.
  if (meant !== undefined) expect(faults(meant.replace(/^"(.*)"$/, '$1'))).toBe('');
});

it('a string that goes on in the next line is one fault', () => {
  expect(faults('CONFIG_CMDLINE="console=ttyS0 \\\nquiet"\nCONFIG_A=y\n')).toMatch(
    /^f\.config:1: .*\nA string ends on its own line: write CONFIG_CMDLINE="console=ttyS0 quiet"$/,
  );
});

it('all faults of a file are in one error, those of directives too', () => {
  const text =
    'CONFIG_MODULES=yes\nCONFIG_KALLSYMS = y\nCONFIG_PRINTK=y # log\n# until: 6.2\n# CONFIG_A is not set.\nCONFIG_TTY=y\n';
  expect([...faults(text).matchAll(/^f\.config:(\d+): /gm)].map(([, line]) => line)).toEqual([
    '1',
    '2',
    '3',
    '4',
    '5',
  ]);
  expect(faults('CONFIG_A=yes\n'.repeat(100))).toMatch(/\nand 80 lines more in f\.config$/);
});

it('a directive above a line with a fault is not a second one', () => {
  expect(faults('# optional: why\nCONFIG_A=yes\n')).toMatch(/^f\.config:2: .*\n[^\n]*$/);
});

it.each([
  [
    'define KFEATURE_DESCRIPTION "net"\nkconf hardware net.cfg\ninclude features/usb.scc\n',
    /feature description of Yocto's \(\.scc\)\. Name the \.cfg files/,
  ],
  ['CONFIG_MODULES := y\nifdef DEBUG\nCONFIG_KALLSYMS=y\nendif\n', /a Makefile/],
  ['obj-y := a.o\n', /a Makefile/],
  ['config FOO\n\tbool "foo"\n', /a Kconfig file, which declares symbols/],
  ['/dts-v1/;\n/ {\n};\n', /a device tree source/],
  ['int main(void)\n{\n}\n', /a C source/],
  ['diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -1 +1 @@\n-CONFIG_A=y\n+CONFIG_A=m\n', /a patch/],
  ['{\n  "A": "y"\n}\n', /JSON/],
])('another kind of file is named: %j', (text, kind) => {
  const message = faults(text);
  expect(message).toMatch(/^f\.config is not a Kconfig fragment, but /);
  expect(message).toMatch(kind);
  expect(message.match(/^f\.config:\d+: /gm)).toHaveLength(1);
});

it.each([
  ['a form feed', '\fCONFIG_A=y\n'],
  ['a no-break space at the end', 'CONFIG_A=y\u00a0\n'],
  ['no newline at the end', 'CONFIG_A=y'],
])('%s is white space', (_, text) => {
  expect(parseConfig(text, 'f')).toMatchObject([{ symbol: 'A', value: 'y' }]);
});
