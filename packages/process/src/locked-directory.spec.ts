import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  acquireLock,
  diskUsage,
  findLockHolder,
  isInUse,
  keepInUse,
  removeEmptied,
  removeLockedDirectory,
  removeUnused,
  tryLock,
} from './index.js';

jest.setTimeout(60_000);

const place = mkdtempSync(join(tmpdir(), 'bringup-directory-spec-'));
afterAll(() => rmSync(place, { recursive: true }));

let count = 0;
let parent: string;
let path: string;
beforeEach(() => {
  parent = join(place, String(++count));
  path = join(parent, 'kept');
  mkdirSync(join(path, 'out'), { recursive: true });
  writeFileSync(join(path, 'out/file'), 'x'.repeat(100_000));
});

const options = { purpose: 'removing it', inner: ['modules'] };

it('removes a directory with its lock, and the directory above once that is empty', async () => {
  await (await acquireLock(path, { purpose: 'building' })).release();
  expect(await diskUsage(path)).toBeGreaterThanOrEqual(100_000);
  expect(await removeLockedDirectory(path, { ...options, wait: false })).toBeUndefined();
  expect(readdirSync(parent)).toEqual([]);
  await removeEmptied(parent);
  expect(existsSync(parent)).toBe(false);
  expect(await removeLockedDirectory(path, { ...options, wait: true })).toBeUndefined();
});

it('removes a directory that is read-only', async () => {
  chmodSync(join(path, 'out'), 0o555);
  expect(await removeLockedDirectory(path, { ...options, wait: false })).toBeUndefined();
  expect(existsSync(path)).toBe(false);
});

it.each(['', '/modules'])(
  'leaves a directory alone whose lock%s is held, and names the process',
  async (part) => {
    const lock = await acquireLock(`${path}${part}`, { purpose: 'building' });
    const holder = `process ${process.pid}, which is building`;
    expect(await findLockHolder(`${path}${part}`)).toBe(holder);
    expect(await removeLockedDirectory(path, { ...options, wait: false })).toBe(holder);
    expect(existsSync(join(path, 'out/file'))).toBe(true);
    await lock.release();
    expect(await findLockHolder(`${path}${part}`)).toBeUndefined();
  },
);

it('waits for the process that holds a lock, when it is to', async () => {
  const lock = await acquireLock(join(path, 'modules'), { purpose: 'building' });
  let waited: (message: string) => void;
  const told = new Promise<string>((resolve) => (waited = resolve));
  const removal = removeLockedDirectory(path, { ...options, wait: true, onWait: (said) => waited(said) });
  expect(await told).toBe(`waiting for process ${process.pid}, which is building`);
  expect(existsSync(join(path, 'out/file'))).toBe(true);
  await lock.release();
  expect(await removal).toBeUndefined();
  expect(existsSync(path)).toBe(false);
});

it('a process that waits at a lock whose directory is removed gets the lock', async () => {
  const first = await acquireLock(path, { purpose: 'building' });
  const removal = removeLockedDirectory(path, { ...options, wait: true });
  // Whichever of the two comes first, neither is in the other's way.
  const second = acquireLock(path, { purpose: 'building' }).then(async (lock) => {
    expect(await tryLock(path, 'building')).toBeUndefined();
    await lock.release();
  });
  await first.release();
  expect(await Promise.all([removal, second])).toEqual([undefined, undefined]);
});

it('locks are taken while others remove the directories that these are in', async () => {
  const take = async () => {
    for (let round = 0; round < 8; round += 1) {
      await (await acquireLock(path, { purpose: 'building' })).release();
    }
  };
  let over = false;
  const remove = async () => {
    while (!over) {
      await removeLockedDirectory(path, { ...options, wait: true });
      await removeEmptied(parent);
    }
  };
  const removing = remove();
  await Promise.all([take(), take()]).finally(() => (over = true));
  await removing;
});

it('removes what a killed removal left', async () => {
  mkdirSync(join(parent, '.removed-0123456789ab/out'), { recursive: true });
  await removeEmptied(parent);
  expect(readdirSync(parent)).toEqual(['kept']);
});

describe('a directory in use', () => {
  const aside = () => join(parent, 'aside');

  it('is kept until this process and the programs that it started have ended', async () => {
    const holder = spawn(
      process.execPath,
      [
        '-e',
        `const { keepInUse, startProgram } = require(${JSON.stringify(join(__dirname, '../dist/index.js'))});
         (async () => {
           await keepInUse(${JSON.stringify(path)});
           const { pid } = await startProgram(['sleep', '600']);
           console.log(pid);
         })();`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const [line] = (await once(holder.stdout!, 'data')) as [Buffer];
    expect(await isInUse(path)).toBe(true);
    expect(await removeUnused(path, aside())).toBe(false);
    expect(readdirSync(parent)).toEqual(['kept']);
    holder.kill('SIGKILL');
    await once(holder, 'close');
    // The program outlives the process for as long as the reaper takes.
    while (await isInUse(path)) expect(Number(String(line))).toBeGreaterThan(0);
    expect(await removeUnused(path, aside())).toBe(true);
    expect(readdirSync(parent)).toEqual([]);
  });

  it('can be used by several at once, and cannot be used once it is gone', async () => {
    expect(await keepInUse(path)).toBe(true);
    expect(await keepInUse(path)).toBe(true);
    expect(await isInUse(path)).toBe(true);
    rmSync(path, { recursive: true });
    expect(await keepInUse(path)).toBe(false);
    expect(await removeUnused(path, aside())).toBe(true);
  });
});
