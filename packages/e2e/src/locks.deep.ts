import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeFakeWorkspace, type FakeWorkspace } from './fake-workspace.js';
import { pathWith } from './host-programs.js';
import { nx, type NxRun } from './nx-run.js';
import { allProcesses, kill, remaining, treeOf } from './processes.js';
import { halfWritten } from './snapshot.js';

/**
 * A run is stopped, killed, or has another clock while make runs, and a second run of the project starts. The second must wait
 * until the last process of the first has ended, and must never touch the directory under a running make.
 */

const FAKETIME = '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1';

let place: Place;
afterEach(async () => {
  kill(place.pids(), 'SIGKILL');
  expect(await remaining(place.base)).toEqual([]);
  place.workspace.remove();
});

/** A workspace whose kernel's link waits while a file exists. */
class Place {
  readonly workspace: FakeWorkspace = makeFakeWorkspace(tmpdir());
  readonly base = dirname(this.workspace.root);
  readonly #flag = join(this.base, 'flag');
  readonly #env: Record<string, string>;

  constructor() {
    mkdirSync(join(this.base, 'tmp'));
    const ld = `case "$*" in
*"-r -o "*) echo link >> ${this.#flag}.log; while [ -e ${this.#flag}.hold ]; do sleep 0.05; done;;
esac
exec /usr/bin/x86_64-linux-gnu-ld "$@"`;
    const path = pathWith(join(this.base, 'bin'), { 'x86_64-linux-gnu-ld': ld });
    this.#env = { TMPDIR: join(this.base, 'tmp'), PATH: path };
    writeFileSync(`${this.#flag}.hold`, '');
  }

  run(env: Record<string, string> = {}): Running {
    return new Running(this.workspace.root, { ...this.#env, ...env });
  }

  /** Waits until make links. */
  async linking(run: Running): Promise<void> {
    while (this.links() === 0) {
      if (run.over) throw new Error(`the run ended before make linked:\n${run.output}`);
      await sleep(20);
    }
  }

  links(): number {
    const log = `${this.#flag}.log`;
    return existsSync(log) ? readFileSync(log, 'utf8').split('\n').length - 1 : 0;
  }

  letLink(): void {
    rmSync(`${this.#flag}.hold`);
  }

  /** The inode of the directory that make works in: a new directory has another one. */
  out(): number {
    return statSync(join(this.workspace.root, '.bringup/build/kernel/default/out')).ino;
  }

  pids(): number[] {
    return allProcesses()
      .filter(({ argv, cwd }) => argv.includes(this.base) || cwd.startsWith(this.base))
      .map(({ pid }) => pid);
  }
}

class Running {
  pid = 0;
  output = '';
  over = false;
  readonly ended: Promise<NxRun>;

  constructor(cwd: string, env: Record<string, string>) {
    this.ended = nx(['run', 'kernel:build'], {
      ...{ cwd, env, outputStyle: 'stream' },
      onStart: ({ pid }) => (this.pid = pid!),
      onOutput: (output) => (this.output = output),
    }).finally(() => (this.over = true));
  }

  /** Processes of this run by the beginning of their arguments. */
  find(pattern: RegExp): number[] {
    const tree = new Set(treeOf(this.pid));
    return allProcesses()
      .filter(({ pid, argv }) => tree.has(pid) && pattern.test(argv))
      .map(({ pid }) => pid);
  }

  /** The process of Nx that runs the executor, and has started make. */
  executor(): number {
    const [make] = this.makes();
    return allProcesses().find(({ pid }) => pid === make)!.parent;
  }

  makes(): number[] {
    return this.find(/^make /);
  }

  async says(pattern: RegExp): Promise<string> {
    for (;;) {
      const found = pattern.exec(this.output);
      if (found) return found[0];
      if (this.over) throw new Error(`the run ended without ${pattern}:\n${this.output}`);
      await sleep(20);
    }
  }

  async succeeds(): Promise<string> {
    const { exitCode, output } = await this.ended;
    expect({ exitCode, output: exitCode === 0 ? '' : output }).toEqual({ exitCode: 0, output: '' });
    return output;
  }
}

const VICTIMS: Record<string, (run: Running) => number[]> = {
  nx: (run) => [run.pid],
  executor: (run) => [run.executor()],
  'nx and executor, as by Ctrl-Z,': (run) => [run.pid, run.executor()],
  make: (run) => run.makes(),
};

describe.each([
  ['nx', undefined],
  ['executor', undefined],
  ['nx and executor, as by Ctrl-Z,', '+1d'],
  ['make', '-1d'],
])('%s stopped while make runs, and a second run with the clock at %s', (victim, clock) => {
  it('the second waits, and finds all up to date once the first went on', async () => {
    place = new Place();
    const first = place.run();
    await place.linking(first);
    const stopped = VICTIMS[victim]!(first);
    const executor = first.executor();
    const before = place.out();
    kill(stopped, 'SIGSTOP');
    const second = place.run(clock === undefined ? {} : { LD_PRELOAD: FAKETIME, FAKETIME: clock });
    const said = await second.says(/kernel: waiting for .*/);
    const waitsFor = `kernel: waiting for process ${executor}, which is working on kernel`;
    expect(said).toBe(
      stopped.includes(executor)
        ? `${waitsFor}. That process is stopped. Continue it (fg, or kill -CONT ${executor}), or end it: kill -KILL ${executor}`
        : waitsFor,
    );
    kill(stopped, 'SIGCONT');
    place.letLink();
    await first.succeeds();
    const output = await second.succeeds();
    expect(output).not.toMatch(/was killed while make ran/);
    expect(output).toMatch(/up to date/);
    expect([place.links(), place.out()]).toEqual([1, before]);
    expect(halfWritten(place.workspace.root)).toEqual([]);
  });
});

it('the executor and its reaper killed while make lives: the second waits for make, and then makes the rest', async () => {
  place = new Place();
  const first = place.run();
  await place.linking(first);
  const [executor, make] = [first.executor(), first.makes()[0]!];
  const before = place.out();
  // Stopped, it cannot replace its reaper.
  kill([executor], 'SIGSTOP');
  kill(
    allProcesses()
      .filter(({ parent, argv }) => parent === executor && argv.includes('reaper-main.js'))
      .map(({ pid }) => pid),
    'SIGKILL',
  );
  kill([executor], 'SIGKILL');
  expect((await first.ended).exitCode).not.toBe(0);
  const second = place.run();
  const said = await second.says(/kernel: waiting for .*/);
  expect(said).toContain(`process ${make} (make)`);
  expect(said).toContain(`which process ${executor} started while it was working on kernel`);
  expect(place.out()).toBe(before);
  expect(readdirSync(join(place.workspace.root, '.bringup/build/kernel/default'))).toContain('out.running');
  place.letLink();
  expect(await second.succeeds()).toMatch(/was killed while make ran/);
  expect(place.links()).toBe(2);
  expect(halfWritten(place.workspace.root)).toEqual([]);
});

it('the executor killed by SIGKILL: its make is ended, and a waiting run takes over', async () => {
  place = new Place();
  const first = place.run();
  await place.linking(first);
  const second = place.run();
  await second.says(/kernel: waiting for process \d+, which is working on kernel/);
  place.letLink();
  kill([first.executor()], 'SIGKILL');
  expect((await first.ended).exitCode).not.toBe(0);
  await second.succeeds();
  expect(halfWritten(place.workspace.root)).toEqual([]);
});
