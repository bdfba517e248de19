import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KCONFIG_PROGRAMS } from '../programs/programs.js';
import { readFragmentRequests, readFragments, type FragmentReference } from './fragments.js';

const root = mkdtempSync(join(tmpdir(), 'bringup-fragments-spec-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A tree with a Makefile that names a version, and a fragment of its own. */
function tree(name: string, makefile: string): string {
  const path = join(root, name);
  mkdirSync(join(path, 'kernel/configs'), { recursive: true });
  writeFileSync(join(path, 'Makefile'), makefile);
  writeFileSync(join(path, 'kernel/configs/own.config'), '# since: 6.2\nCONFIG_TREE=y\n# since: ever\n');
  return path;
}

const file: FragmentReference = { kind: 'file', path: join(root, 'f.config'), shown: 'f.config' };
const references: FragmentReference[] = [file, { kind: 'tree', name: 'own.config' }];
const read = (path: string, fragments = references) =>
  readFragmentRequests(fragments, KCONFIG_PROGRAMS.kernel, 'arm64', path);

beforeAll(() =>
  writeFileSync(file.path, '# before: 5.18\nCONFIG_OLD=y\n# since: 5.18\nCONFIG_NEW=y\nCONFIG_ALL=y\n'),
);

it.each([
  [
    'Linux 5.10',
    'VERSION = 5\nPATCHLEVEL = 10\nSUBLEVEL = 209\n',
    '5.10.209',
    ['OLD', 'ALL'],
    ['NEW', 'TREE'],
  ],
  [
    'Linux 7',
    'VERSION = 7\nPATCHLEVEL = 2\nSUBLEVEL = 0\nEXTRAVERSION = -rc3\n',
    '7.2.0',
    ['NEW', 'ALL', 'TREE'],
    ['OLD'],
  ],
  ['U-Boot', 'VERSION = 2025\nPATCHLEVEL = 01\nSUBLEVEL =\n', '2025.01', ['NEW', 'ALL', 'TREE'], ['OLD']],
])('divides requests by the version in the Makefile of %s', async (name, makefile, version, some, others) => {
  const found = await read(tree(name, makefile));
  expect(found.version).toBe(version);
  expect(found.requests.map(({ symbol }) => symbol)).toEqual(some);
  expect(found.otherVersions.map(({ symbol }) => symbol)).toEqual(others);
});

it('names the request and the Makefile when a version is needed and there is none', async () => {
  const path = tree('nameless', 'all:\n');
  await expect(read(path)).rejects.toMatchObject({
    code: 'TREE_VERSION_UNKNOWN',
    message: expect.stringContaining(`f.config:2: the request is for some versions only`),
  });
  await expect(read(path)).rejects.toThrow(join(path, 'Makefile'));
});

it('does not ask for the version when no request is for some versions only', async () => {
  const option: FragmentReference = { kind: 'option', option: 'modules', line: 'CONFIG_MODULES=y' };
  const path = join(root, 'no tree at all');
  expect(await readFragments([option], KCONFIG_PROGRAMS.kernel, 'arm64', path)).toHaveLength(1);
});
