import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configValues, parseConfig } from '../config/config-file.js';
import { evaluate, loadKconfig, type KconfigTree } from '../language/index.js';
import { applyFragmentEdit, planFragmentEdit } from './index.js';

const KCONFIG = `
config NET
	bool "network"
	select HELPER
config HELPER
	bool
config BLOCK
	bool "block layer"
config EXT4
	bool "ext4"
	depends on BLOCK
config ACL
	bool "access lists"
	depends on EXT4
	default y
config CPUS
	int "CPUs"
	default 4
`;

const srctree = mkdtempSync(join(tmpdir(), 'bringup-edit-spec-'));
let tree: KconfigTree;
afterAll(() => rmSync(srctree, { recursive: true }));
beforeAll(async () => {
  writeFileSync(join(srctree, 'Kconfig'), KCONFIG);
  tree = await loadKconfig({ srctree });
});

const requests = (text: string) => parseConfig(text, 'f');
/** The whole configuration that some lines lead to, as menuconfig would leave it. */
const resolved = (text: string) =>
  evaluate(
    tree,
    requests(text).map(({ symbol, value }) => [symbol, value] as const),
  ).values;
const plan = (fragment: string, wanted: string, before = '', after = '') =>
  planFragmentEdit({
    tree,
    before: requests(before),
    fragment: requests(fragment),
    after: requests(after),
    wanted: configValues(
      [...resolved(wanted)].map(([symbol, value]) => ({ symbol, value, file: 'f', line: 1 })),
    ),
  });

it.each([
  ['nothing', 'CONFIG_BLOCK=y\n', 'CONFIG_BLOCK=y\n', {}, []],
  ['one symbol, not what it selects', '', 'CONFIG_NET=y\n', { NET: 'y' }, []],
  [
    'a symbol and what it needs, not a default',
    '',
    'CONFIG_BLOCK=y\nCONFIG_EXT4=y\n',
    { BLOCK: 'y', EXT4: 'y' },
    [],
  ],
  [
    'a default switched off',
    'CONFIG_BLOCK=y\nCONFIG_EXT4=y\n',
    'CONFIG_BLOCK=y\nCONFIG_EXT4=y\n# CONFIG_ACL is not set\n',
    { ACL: 'n' },
    [],
  ],
  ['another number', 'CONFIG_CPUS=8\n', 'CONFIG_CPUS=16\n', { CPUS: '16' }, []],
  ['back to the default: the line is redundant', 'CONFIG_CPUS=8\n', '', { CPUS: '4' }, ['CPUS']],
])('finds the smallest change for %s', (_what, fragment, wanted, set, redundant) => {
  const edit = plan(fragment, wanted);
  expect(Object.fromEntries(edit.set)).toEqual(set);
  expect(edit.redundant.map(({ symbol }) => symbol)).toEqual(redundant);
  expect(edit.outOfReach).toEqual([]);
});

it('relies on earlier fragments, and says what later ones decide', () => {
  expect(Object.fromEntries(plan('', 'CONFIG_BLOCK=y\nCONFIG_EXT4=y\n', 'CONFIG_BLOCK=y\n').set)).toEqual({
    EXT4: 'y',
  });
  expect(plan('', 'CONFIG_CPUS=2\n', '', 'CONFIG_CPUS=8\n').outOfReach).toEqual(['CPUS']);
});

it('leaves lines alone that had no effect before: doubled ones, and those whose loss was accepted', () => {
  const edit = plan('CONFIG_BLOCK=y\nCONFIG_ACL=y\n', 'CONFIG_NET=y\nCONFIG_BLOCK=y\n', 'CONFIG_BLOCK=y\n');
  expect(Object.fromEntries(edit.set)).toEqual({ NET: 'y' });
  expect(edit.redundant).toEqual([]);
});

describe('applyFragmentEdit', () => {
  const text = '# why\nCONFIG_A=y\n\n# two\n# CONFIG_B is not set\nCONFIG_C="x"\n';

  it('keeps comments and order', () => {
    expect(
      applyFragmentEdit(text, {
        set: new Map([
          ['B', 'y'],
          ['D', 'n'],
        ]),
        remove: new Set(['C']),
      }),
    ).toBe('# why\nCONFIG_A=y\n\n# two\nCONFIG_B=y\n# CONFIG_D is not set\n');
  });

  it.each([
    ['CRLF', '# why\r\nCONFIG_A=y\r\n', '# why\r\nCONFIG_A=m\r\nCONFIG_D=y\r\n'],
    ['no newline at the end', 'CONFIG_A=y', 'CONFIG_A=m\nCONFIG_D=y\n'],
    ['CRLF but at the end', '#\r\nCONFIG_A=y', '#\r\nCONFIG_A=m\r\nCONFIG_D=y\r\n'],
  ])('keeps the line ends of a file with %s', (_what, before, after) => {
    const set = new Map([
      ['A', 'm'],
      ['D', 'y'],
    ]);
    expect(applyFragmentEdit(before, { set, remove: new Set() })).toBe(after);
  });

  it('fills an empty file and leaves an unchanged one', () => {
    expect(applyFragmentEdit('', { set: new Map([['A', 'm']]), remove: new Set() })).toBe('CONFIG_A=m\n');
    expect(applyFragmentEdit(text, { set: new Map(), remove: new Set() })).toBe(text);
    expect(applyFragmentEdit('CONFIG_A=y', { set: new Map(), remove: new Set() })).toBe('CONFIG_A=y');
  });

  it.each([
    ['CRLF', '# why\r\nCONFIG_A=y\r\n\r\n', '# why\r\nCONFIG_A=m\r\n\r\nCONFIG_B=y\r\n'],
    ['CRLF, the last line open', '# why\r\nCONFIG_A=y', '# why\r\nCONFIG_A=m\r\nCONFIG_B=y\r\n'],
    ['one CRLF among others', 'CONFIG_X=y\nCONFIG_A=y\r\n', 'CONFIG_X=y\nCONFIG_A=m\r\nCONFIG_B=y\n'],
    ['the last line open', 'CONFIG_A=y', 'CONFIG_A=m\nCONFIG_B=y\n'],
    ['a comment, open', 'CONFIG_A=y\n# why', 'CONFIG_A=m\n# why\nCONFIG_B=y\n'],
    ['a byte order mark', '\uFEFFCONFIG_A=y\n', '\uFEFFCONFIG_A=m\nCONFIG_B=y\n'],
  ])('keeps line ends: %s', (_what, before, after) => {
    const set = new Map([
      ['A', 'm'],
      ['B', 'y'],
    ]);
    expect(applyFragmentEdit(before, { set, remove: new Set() })).toBe(after);
  });

  it('leaves lines for other versions alone, and takes the directives along with a line that goes', () => {
    const versions = '# before: 6.2\nCONFIG_A=y\n# optional: why\n# since: 6.2\nCONFIG_B=y\nCONFIG_C=y\n';
    const changed = { set: new Map([['A', 'n']]), remove: new Set(['B']), version: '6.12.30' };
    expect(applyFragmentEdit(versions, changed)).toBe(
      '# before: 6.2\nCONFIG_A=y\nCONFIG_C=y\n# CONFIG_A is not set\n',
    );
    expect(applyFragmentEdit(versions, { ...changed, version: '6.1.0' })).toBe(
      '# before: 6.2\n# CONFIG_A is not set\n# optional: why\n# since: 6.2\nCONFIG_B=y\nCONFIG_C=y\n',
    );
  });
});
