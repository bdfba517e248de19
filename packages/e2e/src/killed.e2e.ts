import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeFakeWorkspace, type FakeWorkspace } from './fake-workspace.js';
import { pathWith } from './host-programs.js';
import { nx, type NxRun } from './nx-run.js';
import { kill, killTree, remaining, treeOf } from './processes.js';
import { halfWritten, snapshot } from './snapshot.js';

/**
 * nx is killed by SIGKILL in the middle of each long step, and at random moments. Nothing may be left running, and
 * the next run must finish with the artifacts of a run that nobody disturbed.
 */

type Json = Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any -- project.json as a test edits it

/** `tree`: nx and all that it started, at once, as a container is stopped. `main`: nx alone, as by an impatient user. */
type Victim = 'tree' | 'main';

/** Long enough for its copy to be met half-way. */
const LARGE_MIB = 96;

/** Stand-ins for slow programs. While the flag file exists, they do half of their work and wait. */
const slowPrograms = (flag: string) => ({
  // tar gets half an archive and waits for the rest.
  gzip: `[ -e ${flag}.unpack ] || exec /usr/bin/gzip "$@"
/usr/bin/gzip "$@" | { head --bytes=12000; touch ${flag}.reached; sleep 300; }`,
  // Half a vmlinux, newer than all its prerequisites: make would take it for finished.
  'x86_64-linux-gnu-ld': `case "$*" in
*"-r -o "*) [ -e ${flag}.make ] && { printf half > "$3"; touch ${flag}.reached; sleep 300; };;
esac
exec /usr/bin/x86_64-linux-gnu-ld "$@"`,
});

let server: Server;
/** If set, the server sends half of its answer and calls this; otherwise it answers in full. */
let onHalf: (() => void) | undefined;
let tarball: Buffer;

beforeAll(async () => {
  server = createServer((_request, response) => {
    response.setHeader('content-length', tarball.length);
    if (!onHalf) return void response.end(tarball);
    response.write(tarball.subarray(0, tarball.length / 2), onHalf);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => (onHalf = undefined));

const places: FakeWorkspace[] = [];
afterEach(() => places.splice(0).forEach((workspace) => workspace.remove()));

/** A workspace with a TMPDIR of its own, whose kernel comes from the server. */
class Place {
  readonly workspace: FakeWorkspace;
  readonly base: string;
  readonly flag: string;
  private readonly env: Record<string, string>;

  constructor(
    private readonly target: string,
    vmlinuxMiB = 1,
  ) {
    this.workspace = makeFakeWorkspace(tmpdir(), { changeKernel: (tree) => growVmlinux(tree, vmlinuxMiB) });
    places.push(this.workspace);
    this.base = dirname(this.workspace.root);
    this.flag = join(this.base, 'flag');
    tarball = readFileSync(join(this.base, 'fake-kernel.tar.gz'));
    const { port } = server.address() as AddressInfo;
    this.workspace.edit('kernel/project.json', ((json: Json) => {
      const { options } = json.targets.build;
      options.ccache = false;
      options.source.url = `http://127.0.0.1:${port}/fake-kernel.tar.gz`;
    }) as never);
    mkdirSync(join(this.base, 'tmp'));
    mkdirSync(join(this.workspace.root, 'dist/kernel'), { recursive: true });
    this.env = {
      TMPDIR: join(this.base, 'tmp'),
      PATH: pathWith(join(this.base, 'bin'), slowPrograms(this.flag)),
    };
  }

  run(onStart?: (pid: number) => void): Promise<NxRun> {
    const { env, workspace } = this;
    return nx(['run', this.target], { cwd: workspace.root, env, onStart: ({ pid }) => onStart?.(pid!) });
  }

  artifacts(): Record<string, string> {
    return snapshot(this.workspace.root, ['dist']);
  }

  /** The first run's processes are gone, and so are its directories. */
  async expectNothingLeft(): Promise<void> {
    expect(await remaining(this.base)).toEqual([]);
    expect(readdirSync(join(this.base, 'tmp')).filter((name) => name.startsWith('bringup-'))).toEqual([]);
  }

  /** The next run finishes, and all is as after a run that nobody disturbed. */
  async expectRecovery(undisturbed: Record<string, string>): Promise<void> {
    const { exitCode, output } = await this.run();
    expect({ exitCode, output: exitCode === 0 ? '' : output }).toEqual({ exitCode: 0, output: '' });
    expect(this.artifacts()).toEqual(undisturbed);
    expect(halfWritten(this.workspace.root)).toEqual([]);
    const store = join(this.base, 'home/.cache/bringup');
    expect(readdirSync(join(store, 'downloads'))).toEqual([]);
    expect(readdirSync(join(store, 'sources')).filter((name) => name.startsWith('.'))).toEqual([]);
    await this.expectNothingLeft();
  }

  /** Back to a fresh clone on a fresh machine. */
  wipe(): void {
    const store = join(this.base, 'home/.cache');
    if (existsSync(store)) execFileSync('chmod', ['-R', 'u+w', store]);
    for (const path of ['dist', '.bringup', '.nx', 'bringup.lock'].map((name) =>
      join(this.workspace.root, name),
    ))
      rmSync(path, { recursive: true, force: true });
    rmSync(store, { recursive: true, force: true });
  }
}

/** The size of vmlinux, which takes no time to make. */
function growVmlinux(tree: string, mib: number): void {
  const makefile = join(tree, 'Makefile');
  const text = readFileSync(makefile, 'utf8');
  const grown = text.replace(/\$\(CROSS_COMPILE\)nm \$@ \|/, `head --bytes=${mib}M /dev/zero >> $@ && $&`);
  expect(grown).not.toBe(text);
  writeFileSync(makefile, grown);
}

/** Starts a run, kills it once `moment` has come, and waits until nx is gone. */
async function killAt(
  place: Place,
  victim: Victim,
  moment: (pid: number, ended: Promise<unknown>) => Promise<void>,
): Promise<void> {
  let pid = 0;
  const ended = place.run((started) => (pid = started));
  await moment(pid, ended);
  if (victim === 'tree') killTree(pid);
  else kill([pid], 'SIGKILL');
  await ended;
}

async function exists(path: string, ended: Promise<unknown>): Promise<void> {
  let over = false;
  void ended.then(() => (over = true));
  while (!existsSync(path)) {
    if (over) throw new Error(`the run ended without ${path}`);
    await sleep(5);
  }
}

const flagged = (step: string) => async (place: Place, victim: Victim) => {
  writeFileSync(`${place.flag}.${step}`, '');
  await killAt(place, victim, (_pid, ended) => exists(`${place.flag}.reached`, ended));
  rmSync(`${place.flag}.${step}`);
};

const STEPS: Record<string, (place: Place, victim: Victim) => Promise<void>> = {
  download: (place, victim) => killAt(place, victim, () => new Promise((resolve) => (onHalf = resolve))),
  unpack: flagged('unpack'),
  make: flagged('make'),
};

describe.each(Object.keys(STEPS))('in the middle of: %s', (step) => {
  let undisturbed: Record<string, string>;
  beforeAll(async () => {
    undisturbed ??= await undisturbedArtifacts('kernel:build');
  });

  it.each(['tree', 'main'] as const)('SIGKILL of the %s', async (victim) => {
    const place = new Place('kernel:build');
    await STEPS[step]!(place, victim);
    onHalf = undefined;
    await place.expectNothingLeft();
    expect(existsSync(join(place.workspace.root, 'dist/kernel/manifest.json'))).toBe(false);
    await place.expectRecovery(undisturbed);
  });
});

const known = new Map<string, Record<string, string>>();

/** The artifacts of another workspace in which nothing is killed. */
async function undisturbedArtifacts(target: string, vmlinuxMiB?: number): Promise<Record<string, string>> {
  const key = `${target} ${vmlinuxMiB}`;
  if (!known.has(key)) {
    const place = new Place(target, vmlinuxMiB);
    expect((await place.run()).exitCode).toBe(0);
    known.set(key, place.artifacts());
  }
  return known.get(key)!;
}

describe('in the middle of: publishing', () => {
  it.each(['tree', 'main'] as const)('SIGKILL of the %s', async (victim) => {
    const undisturbed = await undisturbedArtifacts('kernel:build', LARGE_MIB);
    const place = new Place('kernel:build', LARGE_MIB);
    const output = join(place.workspace.root, 'dist/kernel');
    const half = await killWhileCopying(place, victim, output);
    // Only then was it in the middle; a killed tree leaves the half copy, which nobody takes for the artifact.
    if (victim === 'tree') expect(readdirSync(output)).toContain(half);
    expect(existsSync(join(output, 'vmlinux'))).toBe(false);
    await place.expectNothingLeft();
    await place.expectRecovery(undisturbed);
  });

  /** Kills as soon as the copy of vmlinux appears; whom, is looked up all the while, since that takes longer. */
  async function killWhileCopying(place: Place, victim: Victim, output: string): Promise<string> {
    let pids: number[] = [];
    let half = '';
    const watcher = watch(output, (_event, name) => {
      if (half !== '' || !/^\.vmlinux\.\d+-[0-9a-f]{8}\.tmp$/.test(name ?? '')) return;
      half = name!;
      kill(pids, 'SIGKILL');
    });
    let pid = 0;
    const run = place.run((started) => (pid = started));
    const lookup = setInterval(() => (pids = victim === 'tree' ? treeOf(pid) : [pid]), 50);
    await run;
    clearInterval(lookup);
    watcher.close();
    return half;
  }
});

it('at ten random moments, alone and one after the other, before the next run finishes', async () => {
  const place = new Place('board:build');
  const started = Date.now();
  expect((await place.run()).exitCode).toBe(0);
  const duration = Date.now() - started;
  const undisturbed = place.artifacts();
  const random = generator(2024);
  for (let index = 0; index < 10; index++) {
    if (index === 0 || index === 1 || index === 4) place.wipe();
    const delay = ((index + random()) / 10) * duration;
    const victim = random() < 0.5 ? 'tree' : 'main';
    await killAt(place, victim, () => sleep(delay));
    await place.expectNothingLeft();
    if (index === 0 || index === 3 || index === 9) await place.expectRecovery(undisturbed);
  }
}, 180_000);

/** Random numbers in [0, 1), the same ones each time (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
