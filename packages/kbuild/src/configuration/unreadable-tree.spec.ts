import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configure } from './configure.js';
import { readKconfigTree } from './kconfig-tree.js';
import { KCONFIG_PROGRAMS } from '../programs/programs.js';
import { OwnTree } from '../testing/own-tree.js';
import { describeParts } from '../sources/describe-parts.js';

/** conf accepts what the reader does not: parentheses 600 deep. Stands for a construct of a kernel to come. */
const DEEP = `${'('.repeat(600)}NET${')'.repeat(600)}`;
const KCONFIG = `\nconfig LATE\n\tbool "late"\n\tdepends on ${DEEP}\n\nconfig DERIVED\n\tdef_bool NET\n`;

const directory = mkdtempSync(join(tmpdir(), 'bringup-unreadable-tree-'));
afterAll(() => rmSync(directory, { recursive: true }));
const own = new OwnTree(directory);
const before = own.read('Kconfig').split('\n').length;
own.write('Kconfig', own.read('Kconfig') + KCONFIG);
/** Where the reader gives up. */
const PLACE = `Kconfig:${before + 3}`;

async function setting() {
  const { config: source } = await describeParts(own.tree, join(directory, 'home'), 'kernel', ['config']);
  return {
    ...({ arch: 'x86_64', variables: ['ARCH=x86_64'], crossCompile: 'x86_64-linux-gnu-' } as const),
    ...{ llvm: false, source, out: join(directory, 'config'), jobs: 2 },
  };
}

async function configured(fragment: string, base?: string) {
  writeFileSync(join(directory, 'f.config'), fragment);
  writeFileSync(join(directory, 'base.config'), base ?? '');
  return configure({
    program: KCONFIG_PROGRAMS.kernel,
    make: await setting(),
    tools: {},
    base:
      base === undefined
        ? { kind: 'goal', goal: 'allnoconfig' }
        : { kind: 'file', path: join(directory, 'base.config'), shown: 'base.config' },
    fragments: [{ kind: 'file', path: join(directory, 'f.config'), shown: 'f.config' }],
  });
}

describe('a tree whose Kconfig conf accepts and the reader does not', () => {
  it('is configured', async () => {
    const { text, unchecked } = await configured('CONFIG_NET=y\nCONFIG_LATE=y\n');
    expect(text).toContain('CONFIG_LATE=y');
    expect(unchecked).toBeUndefined();
  });

  it('has the list of lost requests, and says why no reasons are given', async () => {
    const error = await configured('CONFIG_LATE=y\nCONFIG_EXT4_FS=y\n').catch((caught: Error) => caught);
    const { message } = error as Error;
    expect(error).toMatchObject({ code: 'REQUESTS_LOST', fields: { reasons: [], fixes: [] } });
    expect(message.split('\n').slice(0, 3)).toEqual([
      '2 requests did not stick after olddefconfig:',
      '  f.config:1: CONFIG_LATE: wanted y, got n',
      '  f.config:2: CONFIG_EXT4_FS: wanted y, got n',
    ]);
    expect(message).toContain(`Bringup cannot read the Kconfig of this tree (${PLACE}: `);
    expect(message).toContain('# optional: REASON');
  });

  it('is configured over a base file, with a note on the lines that come out otherwise', async () => {
    const { text, unchecked, displaced } = await configured(
      'CONFIG_NET=y\n',
      '# CONFIG_DERIVED is not set\nCONFIG_EXT4_FS=y\n',
    );
    expect(text).toContain('CONFIG_DERIVED=y');
    expect(displaced).toEqual([]);
    expect(unchecked).toContain(
      'some lines of base.config come out otherwise: EXT4_FS=n. They are not counted as lost',
    );
    expect(unchecked).toContain(PLACE);
  });

  it('cannot be explained, and says that it can be built', async () => {
    await configured('CONFIG_NET=y\n');
    const { program, make } = { program: KCONFIG_PROGRAMS.kernel, make: await setting() };
    await expect(readKconfigTree(program, make)).rejects.toMatchObject({
      code: 'KCONFIG_SYNTAX',
      message: expect.stringMatching(
        /^Bringup cannot read the Kconfig of this Linux kernel tree: Kconfig:\d+: .*\n.*can be configured and built/,
      ),
    });
  });
});
