import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  detectDialect,
  evaluate,
  formatExpression,
  FRONTENDS_4_11,
  type KconfigTree,
  loadKconfig,
  type LoadOptions,
  NEWEST,
  shellRunner,
} from './index.js';
import { PENDING } from './macros.js';
import { leadingNumber, printNumber } from './numbers.js';

const temporary: string[] = [];
afterAll(() => temporary.forEach((directory) => rmSync(directory, { recursive: true, force: true })));

function directoryOf(files: Record<string, string>): string {
  const directory = mkdtempSync(join(tmpdir(), 'bringup-language-spec-'));
  temporary.push(directory);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
  return directory;
}

/** Loads a tree of the given files; a text alone is its Kconfig. */
function load(
  files: string | Record<string, string>,
  options: Partial<LoadOptions> = {},
): Promise<KconfigTree> {
  const srctree = directoryOf(typeof files === 'string' ? { Kconfig: files } : files);
  return loadKconfig({ srctree, ...options });
}

const config = (name: string, ...options: string[]) =>
  `config ${name}\n${options.map((o) => `\t${o}\n`).join('')}`;

describe('the parser', () => {
  it.each([
    ['frob A', 'Kconfig:1: unknown statement "frob"'],
    ['config A\n\tbool "A"\n\tfrob y', 'Kconfig:3: unknown statement "frob"'],
    ['config', 'Kconfig:1: the name of a symbol expected'],
    ['config "A"', 'Kconfig:1: the name of a symbol expected'],
    ['config A\n\tdepends on', 'Kconfig:2: a symbol or a constant expected'],
    ['config A\n\tdepends on (B', 'Kconfig:2: ")" expected'],
    ['config A\n\tdepends on B C', 'Kconfig:2: unexpected "C"'],
    ['config A\n\tbool "A" y', 'Kconfig:2: unexpected "y"'],
    ['config A\n\toption frob', 'Kconfig:2: unknown option "frob"'],
    ['config A\n\tmodules\nconfig B\n\tmodules', "Kconfig:4: B redefines option 'modules' of A"],
    ['menu "M"\nendif', "Kconfig:2: unexpected 'endif' within menu"],
    ['endmenu', "Kconfig:1: unexpected 'endmenu' within the file"],
    ['\nchoice\n\tprompt "C"\n', 'Kconfig:4: end of file within the choice of Kconfig:2'],
    ['source "none/Kconfig"', 'Kconfig:1: can\'t open file "none/Kconfig"'],
    ['rsource "none"', 'Kconfig:1: can\'t open file "none"'],
    ['source "none/*.kconfig"', 'Kconfig:1: can\'t open file "none/*.kconfig"'],
    ['source "Kconfig"', 'Kconfig:1: Recursive inclusion detected of Kconfig'],
    ['a = $(a)\nconfig X$(a)\n', "Kconfig:2: Recursive variable 'a' references itself"],
    ['config $(a', "Kconfig:1: unterminated reference to 'a': missing ')'"],
    ['$(error-if,y,stop it)', 'Kconfig:1: stop it'],
    ['$(info)', "Kconfig:1: too few function arguments passed to 'info'"],
    ['$(shell,a,b)', "Kconfig:1: too many function arguments passed to 'shell'"],
  ])('refuses %j with file:line', async (text, message) => {
    await expect(load(text)).rejects.toMatchObject({
      name: 'UserError',
      code: 'KCONFIG_SYNTAX',
      message: expect.stringContaining(message),
    });
  });

  it('keeps places, prompts, conditions and help', async () => {
    const tree = await load(
      `mainmenu "Main $(ARCH)"
if OUTER
menu "Menu"
	visible if SEEN
config A
	tristate "Prompt" if X && !Y || Z != "z"
	help
	  First line.

	    Indented.
	  Last.
endmenu
endif
`,
      { environment: { ARCH: 'arm64' } },
    );
    const a = tree.byName.get('A')!;
    expect(tree.root.prompt?.text).toBe('Main arm64');
    expect(a.entries[0]!.place).toEqual({ file: 'Kconfig', line: 5 });
    expect(a.prompts[0]!.place.line).toBe(6);
    expect(a.entries[0]!.help).toBe('First line.\n\n  Indented.\nLast.');
    expect(formatExpression(a.dependency)).toBe('OUTER');
    expect(formatExpression(a.prompts[0]!.condition)).toBe('OUTER && (X && !Y || Z != "z") && SEEN');
  });

  it('finds sources by glob, relative, optional, in the object tree first', async () => {
    const objtree = directoryOf({ 'generated/Kconfig': config('GENERATED', 'bool') });
    const tree = await load(
      {
        Kconfig: 'source "$(DIR)/*/Kconfig"\nosource "none"\norsource "none*"\nsource "generated/Kconfig"\n',
        'drivers/b/Kconfig': `rsource "more"\n${config('B', 'bool')}`,
        'drivers/b/more': 'rsource "[!x]?re-*"',
        'drivers/b/more-2': config('MORE', 'bool'),
        'drivers/a/Kconfig': config('A', 'bool'),
        'generated/Kconfig': config('STALE', 'bool'),
      },
      { objtree, environment: { DIR: 'drivers' } },
    );
    expect([...tree.byName.keys()]).toEqual(['A', 'MORE', 'B', 'GENERATED']);
    expect(tree.byName.get('MORE')!.entries[0]!.place).toEqual({ file: 'drivers/b/more-2', line: 1 });
  });

  it('reads what Linux 2.6 and BusyBox wrote', async () => {
    const tree = await load(
      {
        'Config.in': `config A
	boolean A
	depends B
	requires C
	default y
	---help---
	  Old.
source sub/Config.in
`,
        'sub/Config.in': config('B', 'bool "B"'),
      },
      { root: 'Config.in' },
    );
    const a = tree.byName.get('A')!;
    expect([a.type, a.prompts[0]!.text, a.entries[0]!.help]).toEqual(['bool', 'A', 'Old.']);
    expect(formatExpression(a.dependency)).toBe('B && C');
    expect(tree.files).toEqual(['Config.in', 'sub/Config.in']);
  });

  it('reads CRLF, a missing newline at the end and a file without anything', async () => {
    const tree = await load({ Kconfig: 'config A\r\n\tbool "A"\r\nsource "empty"\r\nconfig B', empty: '' });
    expect([...tree.byName.keys()]).toEqual(['A', 'B']);
  });
});

describe('macros', () => {
  const run = async (text: string, environment = {}, results: Record<string, string> = {}) => {
    const asked: string[] = [];
    const shell = (command: string) => {
      asked.push(command);
      return Promise.resolve(results[command] ?? '');
    };
    const tree = await load(`${text}\nconfig R\n\tstring\n\tdefault "$(r)"\n`, { environment, shell });
    return { value: evaluate(tree, []).values.get('R'), asked, tree };
  };

  it.each([
    ['r := a', '"a"'],
    ['a = 1\nr = $(a)\na = 2', '"2"'],
    ['a = 1\nr := $(a)\na = 2', '"1"'],
    ['a := 1\nr = $(a)\nr += $(a)\na := 3', '"3 3"'],
    ['r += new', '"new"'],
    ['f = <$(1)|$(2)>\nr = $(f,a b,(c,d))', '"<a b|(c,d)>"'],
    ['f = $(1)$(3)\nr = [$(f,a)]', '"[a]"'],
    ['n = f\nf = called $(1)\nr = $($(n),x)', '"called x"'],
    ['r = $(FROM_ENV)$(NOWHERE)', '"value"'],
    ['r = $5 $', '"$5 $"'],
    ['r = $(lineno) $(filename)', '"4 Kconfig"'],
    ['r = a # no comment here', '"a # no comment here"'],
  ])('expands %j', async (text, value) => {
    expect((await run(text, { FROM_ENV: 'value' })).value).toBe(value);
  });

  it('runs each command once, asks again for those built from results, and joins lines', async () => {
    const { value, asked, tree } = await run(
      'one := $(shell,one)\nr := $(shell,two $(one)) $(shell,one)\n$(warning-if,$(one),not yet)',
      {},
      { one: 'a\nb\n\n', 'two a b': 'done\n' },
    );
    expect(asked).toEqual(['one', 'two a b']);
    expect(value).toBe('"done a b"');
    expect(tree.messages).toEqual([]);
  });

  it('notes $(info,…) and $(warning-if,…), the environment used, and no half-done results', async () => {
    const { tree } = await run('$(info,a $(X))\n$(warning-if,y,b)\nr :=', { X: 'x' });
    expect(tree.messages.map(({ line, text }) => [line, text])).toEqual([
      [1, 'a x'],
      [2, 'b'],
    ]);
    expect(tree.environment).toEqual({ X: 'x' });
    expect(JSON.stringify([...tree.byName.keys()])).not.toContain(PENDING);
  });

  it('gives a command to a real sh with the given environment only', async () => {
    const shell = shellRunner({ cwd: tmpdir(), environment: { ARCH: 'riscv' } });
    expect(await shell('echo "$ARCH$HOME"; exit 3')).toBe('riscv\n');
  });
});

describe('evaluate, by the rules of the newest conf', () => {
  const CHOICE = `choice
	prompt "C"
	default B
${['A', 'B', 'C'].map((name) => config(name, `bool "${name}"`)).join('')}endchoice
`;
  it.each([
    [[], 'B'],
    [[['A', 'y']], 'A'],
    [
      [
        ['A', 'y'],
        ['C', 'y'],
      ],
      'C',
    ],
    [[['B', 'n']], 'A'],
    [
      [
        ['A', 'n'],
        ['B', 'n'],
      ],
      'C',
    ],
    [
      [
        ['A', 'n'],
        ['B', 'n'],
        ['C', 'n'],
      ],
      'A',
    ],
  ] as [[string, string][], string][])('decides a choice by %j', async (lines, chosen) => {
    const tree = await load(CHOICE);
    const { values } = evaluate(tree, lines);
    expect([...values].filter(([, value]) => value === 'y')).toEqual([[chosen, 'y']]);
  });

  it('keeps transitional symbols out of the .config', async () => {
    const tree = await load(
      config('OLD', 'bool', 'transitional') + config('NEW', 'bool "New"', 'default OLD'),
    );
    expect([...evaluate(tree, [['OLD', 'y']]).values]).toEqual([['NEW', 'y']]);
    expect([...evaluate(tree, []).values]).toEqual([['NEW', 'n']]);
  });

  it.each([
    [NEWEST, []],
    [FRONTENDS_4_11, [['LIST', '"a"']]],
  ])('writes the list of defconfigs as that conf does', async (dialect, written) => {
    const tree = await load(config('LIST', 'string', 'option defconfig_list', 'default "a"'), { dialect });
    expect([...evaluate(tree, []).values]).toEqual(written);
  });

  it.each([
    ['A if B', 'A if B'],
    ['A || B if C && D', 'A || B if C && D'],
    ['A if B\n\tdepends on C', '(A if B) && C'],
  ])('spells depends on %j', async (written, spelled) => {
    const tree = await load(config('S', 'bool "S"', `depends on ${written}`));
    expect(formatExpression(tree.byName.get('S')!.dependency)).toBe(spelled);
  });

  it.each([
    [NEWEST, '999', '100'],
    [FRONTENDS_4_11, '999', '7'],
  ])('puts a number out of range where that conf puts it', async (dialect, asked, got) => {
    const tree = await load(config('N', 'int "N"', 'range 1 100', 'default 7'), { dialect });
    expect(evaluate(tree, [['N', asked]]).values.get('N')).toBe(got);
  });

  it('ends at cycles', async () => {
    const tree = await load(
      config('A', 'def_bool B') + config('B', 'def_bool !A') + config('C', 'bool "C"', 'select C'),
    );
    expect(evaluate(tree, [['C', 'y']]).values.get('C')).toBe('y');
  });

  it('computes with 64 bits', () => {
    expect(leadingNumber('0xffffffffffffffff', 16)).toBe(2n ** 63n - 1n);
    expect(leadingNumber('-12x', 10)).toBe(-12);
    expect(leadingNumber('x', 10)).toBe(0);
    expect(printNumber(-1, 'hex')).toBe('0xffffffffffffffff');
  });
});

it('takes the dialect from scripts/kconfig', () => {
  const old = {
    'scripts/kconfig/symbol.c': 'sym_calc_value sprintf(str, ',
    'scripts/kconfig/confdata.c': 'we want to see all syms',
  };
  expect(detectDialect(directoryOf(old))).toMatchObject({
    choices: 'first',
    writes: 'all',
    limitSpelling: 'printed',
  });
  expect(detectDialect(directoryOf({}))).toBe(NEWEST);
});

describe('nesting that is too deep', () => {
  const many = (count: number, text: (index: number) => string) =>
    Array.from({ length: count }, (_, index) => text(index)).join('');
  const NESTED: [string, (depth: number) => string, RegExp][] = [
    [
      'parentheses',
      (depth) => `config A\n\tbool "a"\n\tdepends on ${'('.repeat(depth)}B${')'.repeat(depth)}\n`,
      /^Kconfig:3: an expression is nested more than 500 deep/,
    ],
    [
      'negations',
      (depth) => `config A\n\tbool "a" if ${'!'.repeat(depth)}B\n`,
      /^Kconfig:2: an expression is nested more than 500 deep/,
    ],
    [
      'operands',
      (depth) => `config A\n\tbool\n\tdefault y if ${many(depth, () => 'B || ')}B\n`,
      /^Kconfig:3: an expression has more than 2000 operands/,
    ],
    [
      'menus',
      (depth) => `${many(depth, () => 'menu "m"\n')}${many(depth, () => 'endmenu\n')}`,
      /^Kconfig:500: blocks and files are nested more than 500 deep/,
    ],
    [
      'conditions',
      (depth) => `${many(depth, () => 'if A\n')}${many(depth, () => 'endif\n')}`,
      /^Kconfig:500: blocks and files are nested more than 500 deep/,
    ],
    [
      'definitions of one symbol',
      (depth) => many(depth, () => 'config A\n\tbool\n'),
      /^Kconfig:2001: A is defined more than 1000 times/,
    ],
    [
      'references of macros',
      (depth) => `config A\n\tstring "${'$(x,'.repeat(depth)}a${')'.repeat(depth)}"\n`,
      /^Kconfig:2: Too deep recursive expansion/,
    ],
  ];

  it.each(NESTED)('%s are an error with file and line', async (_what, nested, message) => {
    await expect(load(nested(20_000))).rejects.toMatchObject({
      code: 'KCONFIG_SYNTAX',
      message: expect.stringMatching(message),
    });
  });

  it.each(NESTED)('%s may nest as deep as any tree does', async (_what, nested) => {
    expect(evaluate(await load(nested(300)), []).values).toBeDefined();
  });

  it('files that source one another are an error with file and line', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 600 }, (_, index) => [
        index === 0 ? 'Kconfig' : `K${index}`,
        `source "K${index + 1}"\n`,
      ]),
    );
    await expect(load({ ...files, K600: '' })).rejects.toMatchObject({
      message: expect.stringMatching(/^K499:1: blocks and files are nested more than 500 deep/),
    });
  });
});
