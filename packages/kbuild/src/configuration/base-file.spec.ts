import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configure } from './configure.js';
import { KCONFIG_PROGRAMS } from '../programs/programs.js';

const root = mkdtempSync(join(tmpdir(), 'bringup-base-file-spec-'));
afterAll(() => rmSync(root, { recursive: true }));

/** A whole `.config` as the base, and a fragment over it, in the fake kernel's tree. */
function configureOver(base: string, fragment = '', tree = join(__dirname, '../../fixtures', 'fake-kernel')) {
  writeFileSync(join(root, 'base.config'), base);
  writeFileSync(join(root, 'f.config'), fragment);
  return configure({
    program: KCONFIG_PROGRAMS.kernel,
    make: {
      arch: 'x86_64',
      variables: ['ARCH=x86_64'],
      crossCompile: 'x86_64-linux-gnu-',
      llvm: false,
      source: { path: tree, identity: 'fake', epoch: 1 },
      out: join(root, 'out'),
      jobs: 2,
    },
    tools: {},
    base: { kind: 'file', path: join(root, 'base.config'), shown: 'boards/base.config' },
    fragments: [{ kind: 'file', path: join(root, 'f.config'), shown: 'f.config' }],
  });
}

const lost = (text: string) => ({ code: 'REQUESTS_LOST', message: expect.stringContaining(text) });

describe('a base file', () => {
  it.each([
    [
      'a symbol of another version',
      'CONFIG_NET=y\nCONFIG_PRINTKK=y\n',
      'boards/base.config:2: CONFIG_PRINTKK: wanted y',
    ],
    ['an unmet dependency', 'CONFIG_EXT4_FS=y\n', 'these lines satisfy it:\n      CONFIG_BLOCK=y'],
    ['a value that is none', '\nCONFIG_NET=yes\n', 'boards/base.config:2: CONFIG_NET: wanted yes, got y'],
    ['a number out of range', 'CONFIG_NR_CPUS=100\n', 'boards/base.config:1: CONFIG_NR_CPUS: wanted 100'],
  ])('fails like a fragment for %s, each time', async (_what, base, message) => {
    await expect(configureOver(base)).rejects.toMatchObject(lost(message));
    await expect(configureOver(base)).rejects.toMatchObject(lost(message));
  });

  it('explains every lost line, and looks for help for the first hundred', async () => {
    const lines = Array.from({ length: 150 }, (_, index) => `CONFIG_OLD_${index}=y\n`).join('');
    await expect(configureOver(lines)).rejects.toMatchObject({
      message: expect.stringMatching(/base.config:150: CONFIG_OLD_149: [^]*first 100 lost requests only/),
      fields: { reasons: { length: 150 }, fixes: { length: 150 } },
    });
  });

  it('loses nothing to itself or to a fragment that replaces its line', async () => {
    const { text, displaced } = await configureOver(
      'CONFIG_NR_CPUS=8\nCONFIG_NR_CPUS=2\n# CONFIG_NET is not set\n',
      'CONFIG_NET=y\n',
    );
    expect(text).toContain('CONFIG_NET=y\n');
    expect(text).toContain('CONFIG_NR_CPUS=2\n');
    expect(displaced).toEqual([]);
  });

  it('is asked for nothing that a fragment gives, or that nobody can set', async () => {
    await expect(configureOver('CONFIG_EXT4_FS=y\n', 'CONFIG_BLOCK=y\n')).resolves.toMatchObject({
      displaced: [],
    });
    const { text } = await configureOver('CONFIG_CC_MAJOR=9\nCONFIG_NET=y\n');
    expect(text).toContain('CONFIG_CC_MAJOR=12\n');
  });

  it('tells which of its lines fragments change without naming them', async () => {
    const { displaced } = await configureOver(
      'CONFIG_BLOCK=y\nCONFIG_EXT4_FS=y\n',
      '# CONFIG_BLOCK is not set\n',
    );
    expect(displaced).toMatchObject([
      { request: { symbol: 'EXT4_FS', file: 'boards/base.config', line: 2 }, got: 'n' },
    ]);
  });

  it('accepts the loss of a line that is optional, and lists it', async () => {
    const { accepted, displaced } = await configureOver('# optional: newer kernels\nCONFIG_NOPE=y\n');
    expect(accepted.map(({ request }) => `${request.file}:${request.line}`)).toEqual([
      'boards/base.config:2',
    ]);
    expect(displaced).toEqual([]);
  });

  it('may have an empty value, as conf writes for a hex symbol without a default', async () => {
    await expect(configureOver('CONFIG_NOPE=\n')).rejects.toMatchObject(lost('CONFIG_NOPE: wanted , got n'));
  });

  it('leaves out lines for other versions, as a fragment does', async () => {
    const tree = join(root, 'linux-6.1');
    cpSync(join(__dirname, '../../fixtures', 'fake-kernel'), tree, { recursive: true });
    const makefile = readFileSync(join(tree, 'Makefile'), 'utf8');
    writeFileSync(join(tree, 'Makefile'), `VERSION = 6\nPATCHLEVEL = 1\n${makefile}`);
    const base =
      '# before: 5.18\nCONFIG_GONE=y\n# since: 5.18\nCONFIG_NET=y\n# since: 6.2\nCONFIG_NR_CPUS=7\n';
    const { text, leftOut } = await configureOver(base, '# since: 7\nCONFIG_BLOCK=y\n', tree);
    expect(leftOut?.version).toBe('6.1');
    expect(leftOut?.requests.map(({ file, line }) => `${file}:${line}`)).toEqual([
      'boards/base.config:2',
      'boards/base.config:6',
      'f.config:2',
    ]);
    expect(text).toContain('CONFIG_NET=y\n');
    expect(text).not.toContain('CONFIG_NR_CPUS=7\n');
  });
});
