import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { copyDemo, hostileEnvironment, type DemoCopy } from './demo-workspace.js';
import { dialogue, printedCommand } from './dialogue.js';
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

const BOARDS = ['virt-arm64', 'pc-x86_64', 'virt-arm64-uboot'];
/** Boards that boot from a medium: a disk, a CD, a volume for UEFI. */
const MEDIUM_BOARDS = ['virt-arm64-disk', 'virt-arm64-uefi', 'pc-x86_64-disk', 'pc-x86_64-iso'];

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
      expectSuccess(await here(['run-many', '-t', 'build', '-p', ...BOARDS, ...MEDIUM_BOARDS]));
      expect(statSync(join(REPOSITORY, 'dist/kernel/Image')).size).toBeGreaterThan(1 << 20);
      expect(statSync(join(REPOSITORY, 'dist/kernel-x86_64/bzImage')).size).toBeGreaterThan(500_000);
    },
    40 * MINUTES,
  );

  it.each(BOARDS)(
    'boots %s, runs its commands and powers off',
    async (board) => {
      const run = await here(['run', `${board}:test`, '--skip-nx-cache']);
      expectSuccess(run);
      const report = JSON.parse(readFileSync(join(REPOSITORY, 'dist', board, 'test.json'), 'utf8'));
      const { targets } = JSON.parse(
        readFileSync(join(REPOSITORY, 'examples/boards', board, 'project.json'), 'utf8'),
      );
      expect(report.commands).toHaveLength(targets.test.options.commands.length);
      expect(report.commands[0].output).toMatch(/^Linux bringup 6\.\d+\.\d+.*-bringup/m);
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
      expect(edges('virt-arm64-disk')).toEqual(['disk', 'kernel']);
      expect(edges('pc-x86_64-iso')).toEqual(['iso-x86_64']);
      expect(edges('kernel-embedded')).toEqual(['rootfs']);
      expect(edges('virt-arm64-embedded')).toEqual(['kernel-embedded']);
      expect(edges('cubieboard')).toEqual(['kernel-arm', 'rootfs-cubieboard']);
      expect(edges('disk')).toEqual(['rootfs']);
      expect(edges('iso-x86_64')).toEqual(['kernel-x86_64', 'rootfs-x86_64']);
      expect(edges('rootfs')).toEqual(['busybox']);
      expect(edges('mini-distro-rootfs')).toEqual(['mini-distro-hello', 'mini-distro-init']);
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
      expect(JSON.parse(line).sort()).toEqual([
        'fit-arm64',
        'hello',
        'kernel',
        'kernel-embedded',
        'rootfs-hello',
        ...[
          'virt-arm64',
          'virt-arm64-disk',
          'virt-arm64-embedded',
          'virt-arm64-hello',
          'virt-arm64-uboot',
          'virt-arm64-uboot-image',
        ],
        'virt-arm64-uefi',
      ]);
    },
    MINUTES,
  );

  it(
    'keeps boards that only test:deep builds apart: an edit of the rest affects none of them',
    async () => {
      const listed = async (...args: string[]): Promise<string[]> => {
        const { output } = await here(['show', 'projects', ...args, '--json']);
        return JSON.parse(output.split('\n').find((text) => text.startsWith('['))!);
      };
      const deep = await listed('--projects=tag:deep');
      expect(deep).toEqual(expect.arrayContaining(['cubieboard', 'virt-arm', 'virt-riscv64']));
      const sources = ['kernel/kernel.config', 'rootfs/overlay/etc/motd', 'busybox/busybox.config'];
      const affected = await listed(
        '--affected',
        `--files=${sources.map((path) => `examples/${path}`).join()}`,
      );
      expect(affected).toEqual(expect.arrayContaining(['kernel', 'rootfs', 'busybox']));
      expect(affected.filter((name) => deep.includes(name))).toEqual([]);
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

describe('from a disk, a CD, by BIOS and by UEFI', () => {
  it.each<[board: string, variant: string | undefined, output: RegExp]>([
    ['virt-arm64-disk', undefined, /^\/dev\/root \/ ext4 rw/m],
    ['virt-arm64-uefi', undefined, /systab/],
    ['pc-x86_64-disk', undefined, /^\/dev\/root \/ ext4 rw/m],
    ['pc-x86_64-disk', 'uefi', /^\/dev\/root \/ ext4 rw/m],
    ['pc-x86_64-iso', undefined, /console=ttyS0/],
    ['pc-x86_64-iso', 'uefi', /console=ttyS0/],
  ])(
    '%s, variant %s, boots what the others boot',
    async (board, variant, output) => {
      const configuration = variant === undefined ? [] : ['-c', variant];
      // Not --skip-nx-cache, which would rebuild the kernels. Only this variant's board test must run, and Nx does not cache that.
      rmSync(join(REPOSITORY, 'dist', board), { recursive: true, force: true });
      const run = await here(['run', `${board}:test`, ...configuration, '--bootTimeout=90']);
      expectSuccess(run);
      const others = Object.entries(run.tasks).filter(([task]) => /^(kernel|busybox|rootfs)/.test(task));
      expect(others.length).toBeGreaterThan(2);
      for (const [task, fate] of others) expect(`${task} ${fate}`).toBe(`${task} hit`);
      const path = join(REPOSITORY, 'dist', board, variant ?? '', 'test.json');
      const report = JSON.parse(readFileSync(path, 'utf8'));
      // The kernel may have said something in between: its messages come on the same console.
      expect(report.commands[0].output).toMatch(/^Linux bringup 6\./m);
      expect(report.commands[1].output).toMatch(output);
    },
    5 * MINUTES,
  );

  it(
    'installs from a CD to a fresh disk, which then boots by itself',
    async () => {
      rmSync(join(REPOSITORY, '.bringup/installed.qcow2'), { force: true });
      // Sums of two disks, read by an emulated machine: on a busy host that is more than half a minute.
      const patience = ['--bootTimeout=90', '--commandTimeout=120'];
      const install = await here(['run', 'pc-x86_64-install:test', ...patience]);
      expectSuccess(install);
      expect(install.output).toContain('made an empty qcow2 of 128M: .bringup/installed.qcow2');
      // Its command looks at where the root came from.
      expectSuccess(await here(['run', 'pc-x86_64-install:test', '-c', 'installed', ...patience]));
    },
    5 * MINUTES,
  );

  it(
    'writes disks and a CD that the real readers accept',
    () => {
      const dist = (path: string) => join(REPOSITORY, 'dist', path);
      const directory = mkdtempSync(join(tmpdir(), 'bringup-readers-'));
      const raw = join(directory, 'disk.img');
      const partition = (start: number, sectors: number) => {
        const path = join(directory, 'partition');
        const places = [`if=${raw}`, `of=${path}`, `skip=${start}`, `count=${sectors}`];
        execFileSync('dd', [...places, 'conv=sparse', 'status=none']);
        return path;
      };
      try {
        for (const project of ['disk', 'disk-x86_64']) {
          const image = dist(`${project}/disk.qcow2`);
          execFileSync('qemu-img', ['check', '-q', image]);
          execFileSync('qemu-img', ['convert', '-O', 'raw', image, raw]);
          expect(execFileSync('/usr/sbin/sfdisk', ['--verify', raw], { encoding: 'utf8' })).toContain(
            'No errors detected',
          );
          const table = JSON.parse(execFileSync('/usr/sbin/sfdisk', ['--json', raw], { encoding: 'utf8' }));
          for (const { start, size, name } of table.partitiontable.partitions) {
            const check = name === 'boot' ? ['/usr/sbin/fsck.fat', '-n'] : ['/usr/sbin/fsck.ext4', '-fn'];
            execFileSync(check[0]!, [check[1]!, partition(start, size)], { stdio: 'pipe' });
          }
        }
        execFileSync('xorriso', ['-indev', dist('iso-x86_64/image.iso'), '-check_media', '--'], {
          stdio: 'pipe',
        });
      } finally {
        rmSync(directory, { recursive: true });
      }
    },
    MINUTES,
  );
});

describe('the mini distribution', () => {
  it(
    'has the sizes that the documentation names, and boots from its CD to what a program says',
    async () => {
      const sized = async (...args: string[]) => {
        const { output } = await here(['run', 'mini-distro:sizes', '--json', ...args]);
        const sizes = JSON.parse(output.slice(output.search(/^{$/m), output.search(/^}$/m) + 1));
        const [kernel, initramfs] = sizes.contains;
        return { iso: sizes.bytes, kernel: kernel.bytes, init: initramfs.contains[0] };
      };
      const plain = await sized();
      expect(plain.kernel).toBeLessThanOrEqual(800 * 1024);
      expect(plain.iso).toBeLessThanOrEqual(2 * 1024 * 1024);
      expect(plain.init.name).toBe('init');
      expect(plain.init.bytes).toBeLessThanOrEqual(12 * 1024);
      expect((await sized('-c', 'serial')).kernel).toBeLessThanOrEqual(860 * 1024);

      const command = await here(['run', 'pc-mini-distro:command', '-c', 'serial', '--json']);
      const console = await dialogue(printedCommand(command.output), [
        [/# $/, '/hello'],
        [/hello from mini-distro\r?\n# $/, '/nope'],
        [/not found\r?\n# $/, undefined],
      ]);
      expect(console).toContain('Run /init as init process');
    },
    20 * MINUTES,
  );
});

describe('through U-Boot', () => {
  beforeAll(async () => {
    // Nothing of U-Boot is in the volumes that were built so far, and tests that skip the cache leave nothing there.
    expectSuccess(await here(['run', 'u-boot:build']));
    const keys = join(REPOSITORY, 'examples/fit-arm64/keys');
    if (existsSync(keys)) return;
    mkdirSync(keys);
    const [key, certificate] = [join(keys, 'dev.key'), join(keys, 'dev.crt')];
    const kind = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '36500', '-subj', '/CN=dev'];
    execFileSync('openssl', ['req', ...kind, '-keyout', key, '-out', certificate], { stdio: 'pipe' });
  }, 10 * MINUTES);

  it.each<[board: string, variant: string | undefined, said: RegExp]>([
    ['virt-arm64-uboot', 'script', /Found U-Boot script \/boot\.scr/],
    ['virt-arm64-uboot-image', 'uramdisk', /AArch64 Linux RAMDisk Image \(uncompressed\)/],
    ['virt-arm64-uboot-image', undefined, /Verifying Hash Integrity \.\.\. sha256\+ OK/],
    ['virt-arm64-uboot-image', 'signed', /Verifying Hash Integrity \.\.\. sha256,rsa2048:dev\+ OK/],
  ])(
    '%s, variant %s, boots the same kernel and initramfs',
    async (board, variant, said) => {
      rmSync(join(REPOSITORY, 'dist', board), { recursive: true, force: true });
      const configuration = variant === undefined ? [] : ['-c', variant];
      const run = await here(['run', `${board}:test`, ...configuration]);
      expectSuccess(run);
      const others = Object.entries(run.tasks).filter(([task]) =>
        /^(kernel|busybox|rootfs|u-boot)/.test(task),
      );
      for (const [task, fate] of others) expect(`${task} ${fate}`).toBe(`${task} hit`);
      const console = readFileSync(join(REPOSITORY, 'dist', board, variant ?? '', 'console.log'), 'utf8');
      expect(console).toMatch(said);
    },
    5 * MINUTES,
  );

  it(
    "stops at U-Boot's prompt where asked to, with everything there to type",
    async () => {
      expectSuccess(await here(['run', 'virt-arm64-uboot:build', '-c', 'prompt']));
      const run = await here(['run', 'virt-arm64-uboot:command', '-c', 'prompt', '--json']);
      const console = await dialogue(printedCommand(run.output), [
        [/=> $/, 'load virtio 0 ${kernel_addr_r} Image'],
        [/bytes read[^]*=> $/, 'load virtio 0 ${ramdisk_addr_r} initramfs.cpio.gz'],
        [/bytes read[^]*=> $/, 'setenv bootargs console=ttyAMA0 panic=-1'],
        [/=> $/, 'booti ${kernel_addr_r} ${ramdisk_addr_r}:${filesize} ${fdt_addr}'],
        [/^\/ # /m, 'poweroff -f'],
      ]);
      expect(console).toContain('Power down');
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
      json.targets.test.options.commands = [{ run: 'cat /proc/cmdline', expect: ' bringup\\.seen=1\\s*$' }];
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
