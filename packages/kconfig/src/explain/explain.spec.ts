import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nearNames } from '@bringup/process';
import { type ConfigRequest, configValues, parseConfig } from '../config/config-file.js';
import { evaluate, FRONTENDS_4_11, type KconfigTree, loadKconfig } from '../language/index.js';
import { explainLoss, explainSymbol, formatLoss, formatSymbol, suggestFix } from './index.js';

const KCONFIG = `config MODULES
	bool "Modules"
	option modules

config NET
	bool "Networking"

config INET
	bool "Internet"
	depends on NET

config WIREGUARD
	tristate "WireGuard"
	depends on INET && !NOISY
	help
	  A tunnel.

	  Fast.

config NOISY
	bool "Noisy"

config DEEP
	bool "Deep"
	depends on (WIREGUARD || PPC) && INET
	depends on LEVEL >= 3

config LEVEL
	int "Level"
	range 1 9
	default 2

config LIBRARY
	tristate

config USER
	tristate "User"
	select LIBRARY
	select FORCED if NET

config FORCED
	bool "Forced"

config IMPLIER
	bool "Implier"
	imply IMPLIED

config IMPLIED
	bool "Implied" if NET

choice
	prompt "Size"
	default SMALL

config SMALL
	bool "Small"

config LARGE
	bool "Large"

config HUGE
	bool "Huge"
	depends on NET
endchoice

menu "Expert knobs"
	visible if EXPERT

config KNOB
	bool "Knob"

endmenu

config EXPERT
	bool "Expert"

config NEEDS_KNOB
	bool "Needs the knob"
	depends on KNOB

config PART
	tristate "Part"
	depends on LIBRARY

config NAME
	string "Name"
	default "none"

config CIRCLE_A
	bool "A" if CIRCLE_B

config CIRCLE_B
	bool "B" if CIRCLE_A

config NEVER
	bool "Never"
	depends on PPC

config QUIET
	def_bool !NOISY
	depends on NET

config HARDWARE
	tristate "Hardware"
	depends on NET if NOISY
	depends on USER if USER
`;

let directory: string;
let tree: KconfigTree;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'bringup-explain-spec-'));
  writeFileSync(join(directory, 'Kconfig'), KCONFIG);
  tree = await loadKconfig({
    srctree: directory,
    dialect: { ...FRONTENDS_4_11, imply: 'capped', writes: 'set' },
  });
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function resolve(fragment: string) {
  const requests = parseConfig(fragment, 'f.config');
  return { requests, values: evaluate(tree, configValues(requests)) };
}

/** Why the fragment's last line (or the one of a symbol) did not stick. */
function lossOf(fragment: string, symbol?: string) {
  const { requests, values } = resolve(fragment);
  const request = symbol ? requests.find((one) => one.symbol === symbol)! : requests.at(-1)!;
  return explainLoss(tree, values, request, requests);
}

describe('explainLoss', () => {
  it.each([
    [
      'a chain of dependencies',
      'CONFIG_WIREGUARD=y',
      `f.config:1: CONFIG_WIREGUARD: wanted y, got n
  it depends on INET && !NOISY (Kconfig:12):
    INET is n, needs y (Kconfig:8): because
      NET is n, needs y (Kconfig:5): not set`,
    ],
    [
      'a dependency that must be off, with the line that sets it',
      'CONFIG_NET=y\nCONFIG_INET=y\nCONFIG_NOISY=y\nCONFIG_WIREGUARD=y',
      `f.config:4: CONFIG_WIREGUARD: wanted y, got n
  it depends on INET && !NOISY (Kconfig:12):
    NOISY is y, needs n (Kconfig:20): set at f.config:3`,
    ],
    [
      'alternatives, a number and a symbol of another architecture',
      'CONFIG_NET=y\nCONFIG_INET=y\nCONFIG_DEEP=y',
      `f.config:3: CONFIG_DEEP: wanted y, got n
  it depends on (WIREGUARD || PPC) && INET && LEVEL >= 3 (Kconfig:23):
    one of:
      WIREGUARD is n, needs y (Kconfig:12): not set
      PPC is n, needs y: there is no such symbol in this tree
    LEVEL is 2, needs LEVEL >= 3 (Kconfig:28): can be set`,
    ],
    [
      'a dependency without a prompt: who selects it',
      'CONFIG_PART=y',
      `f.config:1: CONFIG_PART: wanted y, got n
  it depends on LIBRARY (Kconfig:81):
    LIBRARY is n, needs y (Kconfig:33): it has no prompt
      can be selected by USER [=n] at Kconfig:38`,
    ],
    [
      'a dependency that only reaches m',
      'CONFIG_MODULES=y\nCONFIG_USER=m\nCONFIG_PART=y',
      `f.config:3: CONFIG_PART: wanted y, got m
  it depends on LIBRARY (Kconfig:81):
    LIBRARY is m, needs y (Kconfig:33): it has no prompt
      can be selected by USER [=m] at Kconfig:38`,
    ],
    [
      'a symbol without a prompt',
      'CONFIG_LIBRARY=y',
      `f.config:1: CONFIG_LIBRARY: wanted y, got n
  it has no prompt (Kconfig:33), so no line can set it
  can be selected by USER [=n] at Kconfig:38`,
    ],
    [
      'a default that nobody can change',
      'CONFIG_NET=y\n# CONFIG_QUIET is not set',
      `f.config:2: CONFIG_QUIET: wanted n, got y
  it has no prompt (Kconfig:99), so no line can set it
  its value is the default of Kconfig:100`,
    ],
    [
      'a select',
      'CONFIG_NET=y\nCONFIG_USER=y\n# CONFIG_FORCED is not set',
      `f.config:3: CONFIG_FORCED: wanted n, got y
  forced by USER [=y] at Kconfig:39 if NET`,
    ],
    [
      'an imply of a hidden symbol',
      'CONFIG_IMPLIER=y\n# CONFIG_IMPLIED is not set',
      `f.config:2: CONFIG_IMPLIED: wanted n, got y
  implied by IMPLIER [=y] at Kconfig:46`,
    ],
    [
      'a choice, and the line that asks for the other member',
      'CONFIG_SMALL=y\nCONFIG_LARGE=y',
      `f.config:1: CONFIG_SMALL: wanted y, got n
  the choice "Size" (Kconfig:51) went to LARGE, asked for at f.config:2`,
      'SMALL',
    ],
    [
      'a choice that needs a member',
      '# CONFIG_SMALL is not set',
      `f.config:1: CONFIG_SMALL: wanted n, got y
  the choice "Size" (Kconfig:51) went to SMALL`,
    ],
    [
      'a member that is not to be had',
      'CONFIG_HUGE=y',
      `f.config:1: CONFIG_HUGE: wanted y, got n
  it depends on <Size> && NET (Kconfig:61):
    NET is n, needs y (Kconfig:5): not set`,
    ],
    [
      'visible if',
      'CONFIG_KNOB=y',
      `f.config:1: CONFIG_KNOB: wanted y, got n
  its prompt is only visible if EXPERT (Kconfig:70):
    EXPERT is n, needs y (Kconfig:74): not set`,
    ],
    [
      'a range',
      'CONFIG_LEVEL=12',
      `f.config:1: CONFIG_LEVEL: wanted 12, got 2
  the range is 1 to 9 (Kconfig:30)`,
    ],
    [
      'm without modules',
      'CONFIG_USER=m',
      `f.config:1: CONFIG_USER: wanted m, got y
  m takes modules, and MODULES is n; y builds it in`,
    ],
    [
      'm of a bool',
      'CONFIG_NET=m',
      `f.config:1: CONFIG_NET: wanted m, got n
  not a valid value: a symbol of type bool takes y or "is not set"
  write CONFIG_NET=y`,
    ],
    [
      'a bare word for a string',
      'CONFIG_NAME=y',
      `f.config:1: CONFIG_NAME: wanted y, got "none"
  not a valid value: a symbol of type string takes a text in double quotes
  write CONFIG_NAME="y"`,
    ],
    [
      'a number that is not to be unset',
      '# CONFIG_LEVEL is not set',
      `f.config:1: CONFIG_LEVEL: wanted n, got 2
  not a valid value: a symbol of type int takes a decimal number without leading zeros`,
    ],
    [
      'a later line',
      'CONFIG_NET=y\n# CONFIG_NET is not set',
      `f.config:1: CONFIG_NET: wanted y, got n
  overridden by f.config:2, which asks for n`,
      'NET',
    ],
    [
      'no such symbol',
      'CONFIG_WIREGARD=y',
      `f.config:1: CONFIG_WIREGARD: wanted y, got n
  there is no such symbol in this tree
  closest matches: WIREGUARD`,
    ],
    [
      'a circle, once',
      'CONFIG_CIRCLE_A=y',
      `f.config:1: CONFIG_CIRCLE_A: wanted y, got n
  its prompt is only visible if CIRCLE_B (Kconfig:90):
    CIRCLE_B is n, needs y (Kconfig:92): because
      CIRCLE_A is n, needs y (Kconfig:89): because
        CIRCLE_B is n, needs y (Kconfig:92): see above`,
    ],
    [
      'a dependency with a condition',
      'CONFIG_NOISY=y\nCONFIG_HARDWARE=y',
      `f.config:2: CONFIG_HARDWARE: wanted y, got n
  it depends on (NET if NOISY) && (USER if USER) (Kconfig:103):
    one of:
      NET is n, needs y (Kconfig:5): not set
      NOISY is y, needs n (Kconfig:20): set at f.config:1`,
    ],
    [
      'a dependency with a condition that limits to m',
      'CONFIG_MODULES=y\nCONFIG_USER=m\nCONFIG_HARDWARE=y',
      `f.config:3: CONFIG_HARDWARE: wanted y, got m
  it depends on (NET if NOISY) && (USER if USER) (Kconfig:103):
    one of:
      USER is m, needs y (Kconfig:36): set at f.config:2
      USER is m, needs n (Kconfig:36): see above`,
    ],
    ['what is not lost', 'CONFIG_NET=y', 'f.config:1: CONFIG_NET: wanted y, got y\n  it has this value'],
  ])('tells of %s', (_what, fragment, text, ...[symbol]: string[]) => {
    expect(formatLoss(lossOf(`${fragment}\n`, symbol))).toBe(text);
  });
});

it('names the symbols that a transitional symbol is the default of', async () => {
  const srctree = mkdtempSync(join(directory, 'transitional-'));
  writeFileSync(
    join(srctree, 'Kconfig'),
    'config OLD\n\tbool\n\ttransitional\nconfig NEW\n\tbool "New"\n\tdefault OLD\n',
  );
  const own = await loadKconfig({ srctree });
  const requests = parseConfig('CONFIG_OLD=y\n', 'f.config');
  const loss = explainLoss(own, evaluate(own, configValues(requests)), requests[0]!, requests);
  expect(formatLoss(loss)).toBe(`f.config:1: CONFIG_OLD: wanted y, got n
  it is transitional (Kconfig:1), so conf never writes it: it only gives NEW [=y] its default. Ask for that instead`);
});

describe('suggestFix', () => {
  const fixOf = (fragment: string, symbol?: string) => {
    const { requests, values } = resolve(fragment);
    const request = symbol ? requests.find((one) => one.symbol === symbol)! : requests.at(-1)!;
    const fix = suggestFix(tree, values, request, requests);
    if (fix.kind === 'none') return fix.reason;
    const lines = [
      ...requests.filter((one) => one !== request),
      ...parseConfig(fix.lines.join('\n'), 'fix'),
      request,
    ];
    expect(evaluate(tree, configValues(lines as ConfigRequest[])).values.get(request.symbol) ?? 'n').toBe(
      request.value,
    );
    return fix.lines;
  };

  it.each([
    ['CONFIG_WIREGUARD=y', ['CONFIG_NET=y', 'CONFIG_INET=y']],
    ['CONFIG_DEEP=y', ['CONFIG_NET=y', 'CONFIG_INET=y', 'CONFIG_WIREGUARD=y', 'CONFIG_LEVEL=3']],
    ['CONFIG_LIBRARY=y', ['CONFIG_USER=y']],
    ['CONFIG_PART=y', ['CONFIG_USER=y']],
    ['CONFIG_PART=m', ['CONFIG_MODULES=y', 'CONFIG_USER=m']],
    ['CONFIG_USER=m', ['CONFIG_MODULES=y']],
    ['CONFIG_HUGE=y', ['CONFIG_NET=y']],
    ['CONFIG_NEEDS_KNOB=y', ['CONFIG_EXPERT=y', 'CONFIG_KNOB=y']],
    ['# CONFIG_SMALL is not set', ['CONFIG_LARGE=y']],
    ['CONFIG_NET=y\n# CONFIG_QUIET is not set', ['CONFIG_NOISY=y']],
    ['CONFIG_IMPLIER=y\n# CONFIG_IMPLIED is not set', 'no lines found that give CONFIG_IMPLIED the value n'],
    ['CONFIG_NOISY=y\nCONFIG_WIREGUARD=y', 'no lines found that give CONFIG_WIREGUARD the value y'],
    [
      'CONFIG_NET=y\nCONFIG_USER=y\n# CONFIG_FORCED is not set',
      'no lines found that give CONFIG_FORCED the value n',
    ],
    ['CONFIG_LEVEL=12', 'no lines found that give CONFIG_LEVEL the value 12'],
    ['CONFIG_NEVER=y', 'no lines found that give CONFIG_NEVER the value y'],
    ['CONFIG_CIRCLE_A=y', 'no lines found that give CONFIG_CIRCLE_A the value y'],
    ['CONFIG_GONE=y', 'no symbol GONE in this tree'],
    ['CONFIG_NOISY=y\nCONFIG_HARDWARE=y', ['CONFIG_NET=y']],
  ])('for %j: %j', (fragment, expected) => {
    const fix = fixOf(`${fragment}\n`);
    if (typeof expected === 'string') expect(fix).toMatch(expected);
    else expect(fix).toEqual(expected);
  });

  it('does not answer a line that another contradicts', () => {
    expect(fixOf('CONFIG_NET=y\n# CONFIG_NET is not set\n', 'NET')).toMatch(
      'another line asks for CONFIG_NET=n',
    );
  });
});

describe('explainSymbol', () => {
  const explain = (fragment: string, name: string) => {
    const { requests, values } = resolve(fragment);
    return explainSymbol(tree, values, name, requests);
  };

  it('tells value, place, dependencies with values, and help', () => {
    expect(formatSymbol(explain('CONFIG_NET=y\nCONFIG_INET=y\nCONFIG_WIREGUARD=y\n', 'WIREGUARD'))).toBe(
      `CONFIG_WIREGUARD=y (tristate)
set at f.config:3
defined at Kconfig:12: "WireGuard"
  depends on INET && !NOISY [=y]
    INET = y
    NOISY = n

  A tunnel.

  Fast.`,
    );
  });

  it.each([
    ['', 'LEVEL', { kind: 'default', place: { file: 'Kconfig', line: 31 }, expression: '2' }],
    ['CONFIG_LEVEL=4\n', 'LEVEL', { kind: 'request', place: { file: 'f.config', line: 1 } }],
    [
      'CONFIG_NET=y\nCONFIG_USER=y\n',
      'FORCED',
      { kind: 'selected', by: [{ symbol: 'USER', condition: 'NET' }] },
    ],
    ['CONFIG_IMPLIER=y\n', 'IMPLIED', { kind: 'implied', by: [{ symbol: 'IMPLIER' }] }],
    ['', 'SMALL', { kind: 'choice', choice: 'Size', chosen: 'SMALL' }],
    ['CONFIG_LARGE=y\n', 'LARGE', { kind: 'request', place: { line: 1 } }],
    ['', 'NET', { kind: 'none' }],
  ])('after %j, finds where %s comes from', (fragment, name, origin) => {
    expect(explain(fragment, name).origin).toMatchObject(origin);
  });

  it('names the members of a choice, what is selected, and what has no line', () => {
    expect(formatSymbol(explain('CONFIG_NET=y\nCONFIG_USER=y\n', 'USER'))).toContain(
      'selects LIBRARY=y, FORCED=y',
    );
    expect(formatSymbol(explain('', 'HUGE'))).toContain('one of the choice "Size": SMALL=y, LARGE=n, HUGE=n');
    expect(formatSymbol(explain('', 'WIREGUARD'))).toContain('not written to the .config');
    expect(formatSymbol(explain('', 'LEVEL'))).toContain('range 1 to 9 at Kconfig:30');
  });

  it('refuses an unknown name, and suggests the closest matches', () => {
    expect(() => explain('', 'FORCE')).toThrow(/no symbol FORCE in this tree; closest matches: FORCED/);
  });
});

it.each([
  ['WIRE_GUARD', ['WIREGUARD']],
  ['KNOB_NEEDS', ['NEEDS_KNOB']],
  ['DRM_FORCED', []],
  ['EXPERTS', ['EXPERT']],
  ['QQQQQQQQQQ', []],
])('finds the names near %s', (name, nearest) => {
  expect(nearNames(name, tree.byName.keys()).slice(0, 1)).toEqual(nearest);
});

it('names the symbols of a comparison, and not its number', () => {
  const { values } = resolve('');
  const { definitions } = explainSymbol(tree, values, 'DEEP');
  const names = definitions[0]!.dependsOn!.symbols.map(({ symbol }) => symbol);
  expect(names).toEqual(['WIREGUARD', 'PPC', 'INET', 'LEVEL']);
});
