import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { acquireLock, identifyProcess, isRunning, lockHolder, tryLock, withLock } from './index.js';

jest.setTimeout(60_000);

const place = mkdtempSync(join(tmpdir(), 'bringup-lock-spec-'));
let count = 0;
let path: string;
beforeEach(() => (path = join(place, String(++count), 'lock')));

const lockers: Locker[] = [];
afterEach(() => lockers.splice(0).forEach((locker) => locker.child.kill('SIGKILL')));

/** Another process with a lock, of the built package; see testing/locker.js. */
class Locker {
  readonly child: ChildProcess;
  readonly lines: string[] = [];

  /** @param script runs under the lock @param wrapper words in front of the process's argv */
  constructor(script?: string, wrapper: string[] = []) {
    const argv = [...wrapper, process.execPath, join(__dirname, 'testing/locker.js'), path];
    if (script !== undefined) argv.push(script);
    this.child = spawn(argv[0]!, argv.slice(1), { stdio: ['pipe', 'pipe', 'inherit'] });
    createInterface({ input: this.child.stdout! }).on('line', (line) => {
      this.lines.push(line);
      this.child.emit('said');
    });
    lockers.push(this);
  }

  get pid(): number {
    return this.child.pid!;
  }

  async says(pattern: RegExp): Promise<string> {
    for (;;) {
      const line = this.lines.find((said) => pattern.test(said));
      if (line !== undefined) return line;
      await once(this.child, 'said');
    }
  }

  async end(signal?: NodeJS.Signals): Promise<void> {
    const ended = once(this.child, 'close');
    if (signal) this.child.kill(signal);
    else this.child.stdin!.end();
    await ended;
  }
}

async function holding(script?: string, wrapper?: string[]): Promise<Locker> {
  const locker = new Locker(script, wrapper);
  await locker.says(/^held$/);
  return locker;
}

/** Asks for the lock, and records the messages while it waits. */
function waiting(signal?: AbortSignal): { told: Promise<string>; acquired: Promise<void>; over(): boolean } {
  let over = false;
  let onWait!: (message: string) => void;
  const told = new Promise<string>((resolve) => (onWait = resolve));
  const acquired = withLock(path, { purpose: 'waiting', onWait, signal }, async () => {
    over = true;
  });
  acquired.catch(() => undefined);
  return { told, acquired, over: () => over };
}

const reads = async (file: string): Promise<number> => {
  while (!existsSync(file) || !readFileSync(file, 'utf8').endsWith('\n')) await sleep(10);
  return Number(readFileSync(file, 'utf8'));
};

it('makes the second wait, names the holder of the lock, and runs both', async () => {
  const order: string[] = [];
  const first = await acquireLock(path, { purpose: 'being the first' });
  const second = waiting();
  expect(await second.told).toBe(`waiting for process ${process.pid}, which is being the first`);
  expect(second.over()).toBe(false);
  order.push('released');
  await first.release();
  await second.acquired.then(() => order.push('acquired'));
  expect(order).toEqual(['released', 'acquired']);
  expect(existsSync(`${path}.owner`)).toBe(false);
});

it('releases the lock when the work fails, and passes its error on', async () => {
  const failing = withLock(path, { purpose: 'failing' }, async () => Promise.reject(new Error('the work')));
  await expect(failing).rejects.toThrow('the work');
  await expect(withLock(path, { purpose: 'next' }, async () => 'done')).resolves.toBe('done');
});

it('stops waiting when aborted', async () => {
  const lock = await acquireLock(path, { purpose: 'holding' });
  const controller = new AbortController();
  const second = waiting(controller.signal);
  await second.told;
  controller.abort(new Error('no longer'));
  await expect(second.acquired).rejects.toThrow('no longer');
  await lock.release();
});

it('ten processes take turns at one lock', async () => {
  mkdirSync(join(path, '..'), { recursive: true });
  const file = join(path, '../counter');
  writeFileSync(file, '0');
  const ended = Array.from({ length: 10 }, () => {
    const argv = [join(__dirname, 'testing/counter.js'), path, file, '5'];
    return once(spawn(process.execPath, argv, { stdio: 'inherit' }), 'close');
  });
  await Promise.all(ended);
  expect(readFileSync(file, 'utf8')).toBe('50');
  expect(existsSync(`${path}.owner`)).toBe(false);
});

describe('an owner that was killed', () => {
  it('loses the lock at once when it had started nothing', async () => {
    const owner = await holding();
    const second = waiting();
    await second.told;
    await owner.end('SIGKILL');
    await second.acquired;
    expect(existsSync(`${path}.owner`)).toBe(false);
  });

  it('leaves the lock to the program that it started, which is named', async () => {
    const file = join(place, `${count}.pid`);
    // In its own session, so that the reaper does not end it. The shell becomes setsid, which forks and exits: nothing of it
    // is left to be named as well.
    const owner = await holding(`exec setsid sh -c 'echo $$ > ${file}; exec sleep 600' > /dev/null 2>&1`);
    const left = await reads(file);
    await owner.end('SIGKILL');
    const second = waiting();
    expect(await second.told).toBe(
      `waiting for process ${left} (sleep), which process ${owner.pid} started while it was testing locks, and left ` +
        `running when it was killed. To release the lock, end it: kill ${left}`,
    );
    expect(second.over()).toBe(false);
    process.kill(left, 'SIGTERM');
    await second.acquired;
  });

  it('loses the lock to a process that waits for it while its group is being ended', async () => {
    const owner = await holding('sleep 600');
    const second = waiting();
    await second.told;
    await owner.end('SIGKILL');
    await second.acquired;
  });
});

it('a program that left its process group does not keep the lock of work that has ended', async () => {
  const file = join(place, `${count}.pid`);
  const leaving = `setsid sh -c 'echo $$ > ${file}; exec sleep 600' > /dev/null 2>&1 &`;
  // When the shell ends, its whole group is killed. So it waits until the program has left the group.
  const owner = await holding(`${leaving} until [ -s ${file} ]; do sleep 0.01; done`);
  const left = await reads(file);
  await owner.end();
  expect(await tryLock(path, 'looking').then((lock) => lock?.release().then(() => 'free'))).toBe('free');
  process.kill(left, 'SIGKILL');
});

describe('a live owner keeps the lock', () => {
  it('when it is stopped, and says how to go on', async () => {
    const owner = await holding();
    process.kill(owner.pid, 'SIGSTOP');
    const second = waiting();
    expect(await second.told).toBe(
      `waiting for process ${owner.pid}, which is testing locks. That process is stopped. ` +
        `Continue it (fg, or kill -CONT ${owner.pid}), or end it: kill -KILL ${owner.pid}`,
    );
    expect(second.over()).toBe(false);
    process.kill(owner.pid, 'SIGCONT');
    await owner.end();
    await second.acquired;
  });

  it.each(['+10d', '-10d'])('when the clock jumps by %s for the waiting process', async (jump) => {
    const owner = await holding();
    const second = new Locker(undefined, ['faketime', '-f', jump]);
    await second.says(/^waiting for process \d+, which is testing locks$/);
    const third = new Locker(undefined, ['faketime', '-f', jump]);
    await third.says(/^waiting for process/);
    expect([...second.lines, ...third.lines]).not.toContain('held');
    await owner.end();
    await Promise.race([second.says(/^held$/), third.says(/^held$/)]);
    await Promise.all([second.end(), third.end()]);
  });

  it('when the clock jumps forward and back for itself', async () => {
    const clock = join(place, `${count}.clock`);
    writeFileSync(clock, '+0');
    const library = ['env', `FAKETIME_TIMESTAMP_FILE=${clock}`, 'FAKETIME_NO_CACHE=1'];
    const owner = await holding(undefined, [...library, 'faketime', '-f', '+0']);
    const second = waiting();
    await second.told;
    for (const jump of ['+10d', '-10d', '+0']) {
      writeFileSync(clock, jump);
      expect(await tryLock(path, 'stealing')).toBeUndefined();
    }
    expect(second.over()).toBe(false);
    await owner.end();
    await second.acquired;
  });

  it('in another namespace of process ids, which is named', async () => {
    const owner = await holding(undefined, ['unshare', '--user', '--map-root-user', '--pid', '--fork']);
    const second = waiting();
    expect(await second.told).toMatch(
      /^waiting for process \d+ in another container \(host name \S+\), which is testing locks\. To release the lock, end /,
    );
    expect(second.over()).toBe(false);
    await owner.end();
    await second.acquired;
  });
});

describe('the record of an owner', () => {
  /** A record of another host, whose kernel lock is invisible here. */
  async function leaveRecord(change: object = {}): Promise<void> {
    const lock = await acquireLock(path, { purpose: 'building elsewhere' });
    const record = JSON.parse(readFileSync(`${path}.owner`, 'utf8')) as object;
    await lock.release();
    const foreign = { token: 'other', pid: 12, host: 'build7', machine: 'other', boot: 'other' };
    writeFileSync(`${path}.owner`, JSON.stringify({ ...record, ...foreign, ...change }));
  }

  it('of another host is waited for, and the message says how to release it', async () => {
    await leaveRecord();
    expect(await tryLock(path, 'looking')).toBeUndefined();
    expect(await lockHolder(path)).toMatch(/^process 12 on the host build7, which is building elsewhere\./);
    const second = waiting();
    const message = await second.told;
    expect(message).toMatch(
      /^waiting for process 12 on the host build7, which is building elsewhere\. This machine cannot/,
    );
    expect(second.over()).toBe(false);
    rmSync(/release the lock: rm (.*)$/.exec(message)![1]!);
    await second.acquired;
  });

  it('of an earlier boot of this machine is not waited for', async () => {
    const { host, machine } = await ownRecord();
    await leaveRecord({ host, machine });
    await waiting().acquired;
  });

  it('that was copied with its directory is not waited for', async () => {
    await leaveRecord();
    const copy = join(place, `${count}-copy`);
    cpSync(join(path, '..'), copy, { recursive: true });
    path = join(copy, 'lock');
    await waiting().acquired;
  });

  it('is replaced when it cannot be read', async () => {
    await leaveRecord();
    writeFileSync(`${path}.owner`, '{"token":');
    await waiting().acquired;
  });

  it('of another process is left alone by a release', async () => {
    const lock = await acquireLock(path, { purpose: 'being the first' });
    writeFileSync(
      `${path}.owner`,
      readFileSync(`${path}.owner`, 'utf8').replace(/"token":"[^"]+/, '"token":"other'),
    );
    await lock.release();
    expect(existsSync(`${path}.owner`)).toBe(true);
  });

  async function ownRecord(): Promise<{ host: string; machine: string }> {
    const lock = await acquireLock(path, { purpose: 'looking' });
    const record = JSON.parse(readFileSync(`${path}.owner`, 'utf8')) as { host: string; machine: string };
    await lock.release();
    return record;
  }
});

it('a process that waits at a removed lock waits for its new owner', async () => {
  const first = await acquireLock(path, { purpose: 'being the first' });
  const second = waiting();
  await second.told;
  rmSync(`${path}.flock`);
  const third = await acquireLock(path, { purpose: 'being the third' });
  await first.release();
  expect(await tryLock(path, 'looking')).toBeUndefined();
  expect(second.over()).toBe(false);
  await third.release();
  await second.acquired;
});

it('a lock is left to a program that goes on by itself, and is free when that has ended', async () => {
  const lock = (await tryLock(path, 'running'))!;
  const child = spawn('sleep', ['600'], { stdio: ['ignore', 'ignore', 'ignore', lock.descriptor] });
  await once(child, 'spawn');
  const heir = identifyProcess(child.pid!)!;
  await lock.leaveTo(heir);
  expect(isRunning(heir)).toBe(true);
  expect(await tryLock(path, 'second')).toBeUndefined();
  expect(await lockHolder(path)).toBe(`process ${child.pid}, which is running`);
  child.kill();
  await once(child, 'close');
  const next = await tryLock(path, 'third');
  expect(next).toBeDefined();
  await next!.release();
});

it('a directory that cannot be written is an error that names the lock', async () => {
  const locking = withLock('/proc/lock', { purpose: 'failing' }, async () => undefined);
  await expect(locking).rejects.toMatchObject({
    code: 'LOCK_FAILED',
    message: expect.stringContaining('/proc/lock'),
  });
});
