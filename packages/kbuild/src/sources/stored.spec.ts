import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { acquireLock, removeTree, runProgram } from '@bringup/process';
import { ensureSource } from './sources.js';
import { listStored, removeStored, type Stored } from './stored.js';

const root = mkdtempSync(join(tmpdir(), 'bringup-stored-spec-'));
afterAll(() => removeTree(root));

const ID = '0123456789abcdef'.repeat(2);
const LONG_AGO_MS = 1_000_000_000_000;
let home: string;
beforeEach(() => (home = mkdtempSync(join(root, 'home-'))));

function place(path: string, content = ''): string {
  const file = join(home, path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, content);
  return file;
}

async function find(path: string): Promise<Stored | undefined> {
  return (await listStored({ home })).find((one) => one.path === join(home, path));
}

it('an empty store, and one that does not exist, have nothing', async () => {
  expect(await listStored({ home })).toEqual([]);
  expect(await listStored({ home: join(home, 'none') })).toEqual([]);
});

it.each([
  ['Linux kernel 6.1.170', 'VERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 170\n', ['Kconfig', 'arch/x86/x']],
  [
    'U-Boot 2023.01',
    'VERSION = 2023\nPATCHLEVEL = 01\nSUBLEVEL =\n',
    ['Kconfig', 'arch/x86/x', 'boot/x', 'configs/x'],
  ],
  ['BusyBox', 'all:\n', ['Config.in', 'applets/x']],
  ['source', 'all:\n', []],
])('calls a source %s', async (title, makefile, files) => {
  place(`sources/${ID}/Makefile`, makefile);
  for (const file of files) place(`sources/${ID}/${file}`);
  expect(await find(`sources/${ID}`)).toMatchObject({ kind: 'source', title, id: ID, inUse: false });
});

it('counts what lies on the disk, from when it was last used', async () => {
  place(`sources/${ID}/Makefile`, 'x'.repeat(200_000));
  const before = (await find(`sources/${ID}`))!;
  expect(before.bytes).toBeGreaterThanOrEqual(200_000);
  expect(Date.now() - before.usedMs).toBeLessThan(600_000);
  const mark = place(`used/${ID}`);
  utimesSync(mark, LONG_AGO_MS / 1000, LONG_AGO_MS / 1000);
  expect((await find(`sources/${ID}`))!.usedMs).toBe(LONG_AGO_MS);
  expect(await removeStored(before, { home })).toBe(true);
  expect(existsSync(before.path)).toBe(false);
  expect(existsSync(mark)).toBe(false);
});

it('a source is in use once it was ensured, and that is when it was last used', async () => {
  mkdirSync(join(home, 'top'));
  place('top/Makefile', 'all:\n');
  const tarball = join(home, 'top.tar.gz');
  await runProgram(['tar', '-C', home, '-czf', tarball, 'top']);
  const sha256 = createHash('sha256').update(readFileSync(tarball)).digest('hex');
  const spec = { kind: 'tarball', url: pathToFileURL(tarball).href, sha256 } as const;
  const { path, identity } = await ensureSource(spec, undefined, { home });
  const mark = join(home, 'used', identity.slice(0, 32));
  utimesSync(mark, LONG_AGO_MS / 1000, LONG_AGO_MS / 1000);
  await ensureSource(spec, undefined, { home });
  const found = (await find(`sources/${identity.slice(0, 32)}`))!;
  expect(found.inUse).toBe(true);
  expect(found.usedMs).toBeGreaterThan(LONG_AGO_MS);
  expect(await removeStored(found, { home })).toBe(false);
  expect(existsSync(path)).toBe(true);
  // As a process that ended leaves it.
  cpSync(path, join(home, 'copy'), { recursive: true });
  await removeTree(path);
  cpSync(join(home, 'copy'), path, { recursive: true });
  expect(await removeStored(found, { home })).toBe(true);
  expect(await ensureSource(spec, undefined, { home })).toMatchObject({ path, identity });
  expect(existsSync(join(path, 'Makefile'))).toBe(true);
});

it.each([
  `downloads/${ID}.0123456789ab.work/x`,
  `sources/.${ID}.0123456789ab.unpack/x`,
  `downloads/${ID}.part`,
])('a killed download left %s, which its lock protects', async (path) => {
  place(path);
  const [top, name] = path.split('/');
  const left = (await find(`${top}/${name}`))!;
  expect(left).toMatchObject({ kind: 'leftover', id: ID, inUse: false });
  const lock = await acquireLock(join(home, 'locks', ID), { purpose: 'fetching it' });
  expect(await find(`${top}/${name}`)).toMatchObject({ inUse: true });
  expect(await removeStored(left, { home })).toBe(false);
  await lock.release();
  expect(await removeStored(left, { home })).toBe(true);
  expect(existsSync(left.path)).toBe(false);
});

it('removes a record of remembered files', async () => {
  place('trees/a.json', '[]');
  const record = (await find('trees/a.json'))!;
  expect(record).toMatchObject({ kind: 'record', inUse: false });
  expect(await removeStored(record, { home })).toBe(true);
  expect(existsSync(record.path)).toBe(false);
});
