import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { appendFileSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { copyDemo, hostileEnvironment, type DemoCopy } from './demo-workspace.js';
import { nx, REPOSITORY, type NxRun } from './nx-run.js';

/** The demo itself: real kernels and BusyBox from source, booted in the real QEMU. */
const MINUTES = 60_000;
const HOME = process.env.HOME!;

const here = (args: string[]) =>
  nx(args, {
    cwd: REPOSITORY,
    env: { HOME, ...(process.env.BRINGUP_HOME ? { BRINGUP_HOME: process.env.BRINGUP_HOME } : {}) },
  });

const expectSuccess = (run: NxRun) =>
  expect({ exitCode: run.exitCode, output: run.exitCode === 0 ? '' : run.output }).toEqual({
    exitCode: 0,
    output: '',
  });

const sha256 = (root: string, files: string[]) =>
  execFileSync('sha256sum', files, { cwd: root, encoding: 'utf8' });

const ARTIFACTS = [
  'dist/kernel/.config',
  'dist/kernel/Image',
  'dist/kernel/vmlinux',
  'dist/kernel/System.map',
  'dist/kernel/manifest.json',
  'dist/busybox/busybox.tar',
  'dist/rootfs/initramfs.cpio.gz',
];

describe('the demo in the repository itself', () => {
  it(
    'builds both boards from source',
    async () => {
      expectSuccess(
        await here(['run-many', '-t', 'build', '-p', 'virt-arm64', 'pc-x86_64', 'virt-arm64-uboot']),
      );
      expect(statSync(join(REPOSITORY, 'dist/kernel/Image')).size).toBeGreaterThan(1 << 20);
      expect(statSync(join(REPOSITORY, 'dist/kernel-x86_64/bzImage')).size).toBeGreaterThan(500_000);
    },
    40 * MINUTES,
  );

  it.each(['virt-arm64', 'pc-x86_64', 'virt-arm64-uboot'])(
    'boots %s, runs its commands and powers off',
    async (board) => {
      const run = await here(['run', `${board}:test`, '--skip-nx-cache']);
      expectSuccess(run);
      const report = JSON.parse(readFileSync(join(REPOSITORY, 'dist', board, 'test.json'), 'utf8'));
      expect(report.commands).toHaveLength(2);
      expect(report.commands[0].output).toMatch(/^Linux bringup 6\.\d+\.\d+.*-bringup/);
      expect(readFileSync(join(REPOSITORY, 'dist', board, 'console.log'), 'utf8')).toContain(
        'Linux version 6.',
      );
    },
    5 * MINUTES,
  );

  it(
    '`npm start` without a terminal boots, answers and exits with 0',
    () => {
      const { status, stdout } = spawnSync('npm', ['start'], {
        cwd: REPOSITORY,
        encoding: 'utf8',
        input: '',
        stdio: ['pipe', 'pipe', 'pipe'],
      });
      expect({ status, stdout: status === 0 ? '' : stdout }).toEqual({ status: 0, stdout: '' });
      expect(stdout).toMatch(/^Linux bringup 6\..* aarch64/m);
      expect(stdout).toMatch(/^\d+\.\d+ \d+\.\d+\r?$/m);
    },
    5 * MINUTES,
  );

  it(
    'shows every edge in the graph',
    async () => {
      const file = join(REPOSITORY, '.nx', 'e2e-graph.json');
      expectSuccess(await here(['graph', `--file=${file}`]));
      const { dependencies } = JSON.parse(readFileSync(file, 'utf8')).graph;
      const edges = (project: string) =>
        dependencies[project].map(({ target }: { target: string }) => target).sort();
      expect(edges('virt-arm64')).toEqual(['kernel', 'rootfs']);
      expect(edges('pc-x86_64')).toEqual(['kernel-x86_64', 'rootfs-x86_64']);
      expect(edges('virt-arm64-uboot')).toEqual(['kernel', 'rootfs', 'u-boot']);
      expect(edges('rootfs')).toEqual(['busybox']);
      rmSync(file);
    },
    MINUTES,
  );

  it(
    'finds what a changed fragment affects',
    async () => {
      const run = await here([
        'show',
        'projects',
        '--affected',
        '--files=examples/kernel/kernel.config',
        '--json',
      ]);
      const line = run.output.split('\n').find((text) => text.startsWith('['))!;
      expect(JSON.parse(line).sort()).toEqual(['fit-arm64', 'kernel', 'virt-arm64', 'virt-arm64-uboot']);
    },
    MINUTES,
  );

  it(
    'prints a command that QEMU takes',
    async () => {
      const run = await here(['run', 'virt-arm64:command', '--json']);
      const line = run.output.split('\n').find((text) => text.startsWith('['))!;
      const [program, ...args] = JSON.parse(line) as string[];
      expect(program).toBe('qemu-system-aarch64');
      const boot = spawn(program!, args, { stdio: ['pipe', 'pipe', 'inherit'] });
      let console = '';
      boot.stdout.on('data', (chunk) => {
        const before = console;
        console += String(chunk);
        if (!/^\/ # /m.test(before) && /^\/ # /m.test(console)) boot.stdin.write('poweroff -f\n');
      });
      const exitCode = await new Promise((resolve) => boot.on('close', resolve));
      expect({ exitCode, end: /Power down/.exec(console)?.[0] }).toEqual({ exitCode: 0, end: 'Power down' });
    },
    2 * MINUTES,
  );
});

describe('through U-Boot', () => {
  it(
    "stops at U-Boot's prompt where asked to, with everything there to type",
    async () => {
      expectSuccess(await here(['run', 'virt-arm64-uboot:build', '-c', 'prompt']));
      const run = await here(['run', 'virt-arm64-uboot:command', '-c', 'prompt', '--json']);
      const line = run.output.split('\n').find((text) => text.startsWith('['))!;
      const [program, ...args] = JSON.parse(line) as string[];
      const dialogue: [prompt: RegExp, typed: string][] = [
        [/=> $/, 'load virtio 0 ${kernel_addr_r} Image'],
        [/bytes read[^]*=> $/, 'load virtio 0 ${ramdisk_addr_r} initramfs.cpio.gz'],
        [/bytes read[^]*=> $/, 'setenv bootargs console=ttyAMA0 panic=-1'],
        [/=> $/, 'booti ${kernel_addr_r} ${ramdisk_addr_r}:${filesize} ${fdt_addr}'],
        [/^\/ # /m, 'poweroff -f'],
      ];
      const boot = spawn(program!, args, { stdio: ['pipe', 'pipe', 'inherit'] });
      let console = '';
      let answered = 0;
      boot.stdout.on('data', (chunk) => {
        console += String(chunk);
        const next = dialogue[0];
        if (!next?.[0].test(console.slice(answered))) return;
        answered = console.length;
        dialogue.shift();
        boot.stdin.write(`${next[1]}\n`);
      });
      const exitCode = await new Promise((resolve) => boot.on('close', resolve));
      expect({ exitCode, left: dialogue, end: /Power down/.exec(console)?.[0] }).toEqual({
        exitCode: 0,
        left: [],
        end: 'Power down',
      });
    },
    3 * MINUTES,
  );

  it(
    'packs the drive anew for another command line, and nothing before it',
    async () => {
      const run = await here(['run', 'virt-arm64-uboot:build', '--append=quiet']);
      expectSuccess(run);
      expect(run.tasks).toEqual({
        'kernel:config': 'hit',
        'kernel:build': 'hit',
        'busybox:config': 'hit',
        'busybox:build': 'hit',
        'rootfs:build': 'hit',
        'virt-arm64-uboot:build': 'ran',
      });
      expectSuccess(await here(['run', 'virt-arm64-uboot:build']));
    },
    MINUTES,
  );
});

describe('the demo of an unprivileged user, in another directory, in a hostile environment, on another day', () => {
  let copy: DemoCopy;
  const there = (args: string[], env: Record<string, string> = {}) =>
    nx(args, { cwd: copy.root, uid: copy.uid, env: { ...copy.env, ...env } });

  beforeAll(() => {
    copy = copyDemo();
  }, 5 * MINUTES);
  afterAll(() => rmSync(dirname(copy.root), { recursive: true, force: true }));

  it(
    'makes the same bytes',
    async () => {
      expectSuccess(await there(['run', 'virt-arm64:build'], hostileEnvironment(dirname(copy.root))));
      expect(sha256(copy.root, ARTIFACTS)).toBe(sha256(REPOSITORY, ARTIFACTS));
    },
    40 * MINUTES,
  );

  it(
    'boots them',
    async () => {
      expectSuccess(await there(['run', 'virt-arm64:test']));
      expect((await there(['run', 'virt-arm64:test'])).tasks['virt-arm64:test']).toBe('hit');
    },
    5 * MINUTES,
  );

  it(
    'compiles nothing after a comment edit',
    async () => {
      appendFileSync(join(copy.root, 'examples/kernel/kernel.config'), '# a comment\n');
      const run = await there(['run', 'virt-arm64:test']);
      expectSuccess(run);
      expect(run.tasks).toMatchObject({
        'kernel:config': 'skipped',
        'kernel:build': 'hit',
        'virt-arm64:test': 'hit',
      });
    },
    5 * MINUTES,
  );

  it(
    'compiles what a symbol needs, and not more',
    async () => {
      appendFileSync(join(copy.root, 'examples/kernel/kernel.config'), 'CONFIG_IKCONFIG=y\n');
      const run = await there(['run', 'virt-arm64:test']);
      expectSuccess(run);
      expect(run.tasks).toEqual({
        'kernel:config': 'ran',
        'kernel:build': 'ran',
        'busybox:config': 'hit',
        'busybox:build': 'hit',
        'rootfs:build': 'hit',
        'virt-arm64:test': 'ran',
      });
      const log = readFileSync(join(copy.root, '.bringup/build/kernel/default/out.log'), 'utf8');
      const compiled = [...log.matchAll(/^ {2}CC +(\S+)$/gm)].map((match) => match[1]);
      expect(compiled).toContain('kernel/configs.o');
      expect(compiled.length).toBeLessThan(20);
    },
    10 * MINUTES,
  );

  it(
    "rebuilds nothing for a board's append, and boots with it",
    async () => {
      const path = join(copy.root, 'examples/boards/virt-arm64/project.json');
      const json = JSON.parse(readFileSync(path, 'utf8'));
      json.targets.run.options.append = 'bringup.seen=1';
      writeFileSync(path, JSON.stringify(json));
      const run = await there(['run', 'virt-arm64:test']);
      expectSuccess(run);
      expect(run.output).toContain('bringup.seen=1');
      expect(run.tasks).toMatchObject({
        'kernel:config': 'hit',
        'kernel:build': 'hit',
        'rootfs:build': 'hit',
        'virt-arm64:test': 'ran',
      });
    },
    5 * MINUTES,
  );
});
