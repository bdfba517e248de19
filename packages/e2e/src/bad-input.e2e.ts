import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, statfsSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { tmpdir } from 'node:os';
import { describeWhere } from '../../../jest.abilities.js';
import {
  commitAll,
  lockTool,
  makeFakeWorkspace,
  tarballSource,
  type FakeWorkspace,
} from './fake-workspace.js';
import { pathWithout } from './host-programs.js';
import { nx, REPOSITORY } from './nx-run.js';
import { remaining } from './processes.js';
import { halfWritten, snapshot } from './snapshot.js';

/**
 * Each kind of bad input gets one clear error that says what to do next, and leaves everything as it was; once it
 * is corrected, the same command succeeds.
 */

const FAKE_QEMU = join(REPOSITORY, 'packages/qemu/src/testing/fake-qemu.mjs');

type Json = Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any -- project.json as a test edits it

interface Case {
  what: string;
  /** Makes the input bad: changes what a user wrote, or adds to it. */
  spoil: (workspace: FakeWorkspace) => void;
  /** The target that fails. */
  run: string;
  env?: () => Record<string, string>;
  /** Texts that the output must contain, the first of them exactly once. */
  says: (string | RegExp)[];
}

const options =
  (project: string, change: (options: Json, json: Json) => void) => (workspace: FakeWorkspace) =>
    workspace.edit(`${project}/project.json`, ((json: Json) => {
      const declared = json.targets.build ?? json.targets.run;
      change(declared.options, json);
    }) as never);
const file = (path: string, text: string) => (workspace: FakeWorkspace) => workspace.write(path, text);
const base = (workspace: FakeWorkspace) => dirname(workspace.root);

/** A tarball of the kernel, of its own, that was cut after its sha256 was computed, or before. */
const truncated = (when: 'before' | 'after') => (workspace: FakeWorkspace) => {
  const path = join(base(workspace), `truncated-${when}.tar.gz`);
  const owner = when === 'before' ? 1 : 2;
  execFileSync('tar', [
    '-czf',
    path,
    `--owner=${owner}`,
    '-C',
    join(base(workspace), 'sources'),
    'fake-kernel',
  ]);
  const whole = tarballSource(path);
  truncateSync(path, 700);
  options('kernel', (kernel) => (kernel.source = when === 'before' ? tarballSource(path) : whole))(workspace);
};

const QEMU = (scenario: string) =>
  options('board', (_, json) => {
    json.targets.test.options = { extraArgs: [scenario], bootTimeout: 1, commandTimeout: 1 };
  });

/** A mismatch is refused, frozen or not: otherwise Nx would store results of other tools as those of the locked ones. */
const OTHER_TOOLS = [
  'the tools on this machine are not those of bringup.lock',
  'x86_64-linux-gnu-ld: locked ld 1',
  'npx nx g @bringup/nx:update --ifNeeded',
];

const CASES: Case[] = [
  {
    what: 'unknown architecture',
    run: 'kernel:build',
    spoil: options('kernel', (kernel) => (kernel.arch = 'mips')),
    says: ['kernel: arch: "mips" is none of arm64, x86_64, riscv64, arm, i386, '],
  },
  {
    what: 'unknown option',
    run: 'kernel:build',
    spoil: options('kernel', (kernel) => (kernel.framgents = [])),
    says: [/framgents is not an option of @bringup\/nx:\w+\. Did you mean fragments/],
  },
  {
    what: 'NUL in an option',
    run: 'kernel:build',
    spoil: options('kernel', (kernel) => (kernel.base = 'tiny\0config')),
    says: [
      'kernel: base: "tiny\\u0000config" has a NUL character, which neither a path nor an argument can have',
    ],
  },
  {
    what: 'options that are null',
    run: 'kernel:build',
    spoil: (workspace) =>
      workspace.edit('kernel/project.json', ((json: Json) => (json.targets.build.options = null)) as never),
    says: [/> nx run kernel:config\s+NX +Required property 'arch' is missing/],
  },
  {
    what: 'file of a user under the name of an artifact',
    run: 'rootfs:build',
    spoil: (workspace) => {
      options('rootfs', (rootfs) => (rootfs.compression = 'none'))(workspace);
      workspace.write('dist/rootfs/initramfs.cpio', 'mine');
    },
    says: [
      /rootfs: cannot publish \S+\/dist\/rootfs\/initramfs\.cpio: another file is already there/,
      'If it is yours, move it elsewhere, or give this project another "outputPath"',
    ],
  },
  {
    what: 'wrong name in an object',
    run: 'kernel:build',
    spoil: options('kernel', (kernel) => (kernel.source.sha265 = 'x')),
    says: [
      /source\.sha265 is not an option of @bringup\/nx:\w+ where source\.kind is tarball\. Did you mean sha256/,
    ],
  },
  {
    what: 'wrong value in an object of a list',
    run: 'board:command',
    spoil: options('board', (board) => (board.network = [{ type: 'usr' }])),
    says: ['board: network[0].type: "usr" is none of user, tap. Did you mean user?'],
  },
  {
    what: 'no source',
    run: 'kernel:build',
    spoil: options('kernel', (kernel) => delete kernel.source),
    says: [/Required property 'source' is missing/],
  },
  {
    what: 'missing fragment',
    run: 'kernel:build',
    spoil: options('kernel', (kernel) => kernel.fragments.push('kernel/nope.config')),
    says: ['fragment kernel/nope.config cannot be read (ENOENT)', 'relative to the workspace root'],
  },
  {
    what: 'fragment with a syntax error',
    run: 'kernel:build',
    spoil: file('kernel/b.config', 'CONFIG_BLOCK=y\n\nCONFIG_EXT4_FS = y\n'),
    says: ['kernel/b.config:3: not a Kconfig line: CONFIG_EXT4_FS = y', 'write CONFIG_EXT4_FS=y'],
  },
  {
    what: 'faults in two fragments, and comments that are nearly requests',
    run: 'kernel:config',
    spoil: (workspace) => {
      workspace.write(
        'kernel/a.config',
        'CONFIG_PRINTK=yes\n# CONFIG_NET is not set.\nCONFIG_BLOCK=y # disks\n',
      );
      workspace.write('kernel/b.config', '#CONFIG_EXT4_FS is not set\nCONFIG_BLOCK=“y”\n');
    },
    says: [
      /a\.config:1: not a Kconfig line: CONFIG_PRINTK=yes\n.*write CONFIG_PRINTK=y/,
      /a\.config:2: .*is nearly a request.*Write "# CONFIG_NET is not set"/,
      /a\.config:3: .*\n.*write "# disks" above CONFIG_BLOCK=y/,
      /b\.config:1: .*is nearly a request.*Write "# CONFIG_EXT4_FS is not set"/,
      /b\.config:2: .*\nThese are typographic quotes/,
    ],
  },
  {
    what: 'a feature description of Yocto in place of a fragment',
    run: 'kernel:config',
    spoil: file('kernel/b.config', 'define KFEATURE_DESCRIPTION "net"\nkconf hardware net.cfg\n'),
    says: ['kernel/b.config is not a Kconfig fragment', 'Name the .cfg files that it lists'],
  },
  {
    what: 'a boolean in quotes',
    run: 'kernel:config',
    spoil: file('kernel/b.config', 'CONFIG_BLOCK="y"\n'),
    says: [/takes y or "is not set"\n +write CONFIG_BLOCK=y/],
  },
  {
    what: 'fragment with a NUL byte',
    run: 'kernel:config',
    spoil: file('kernel/b.config', 'CONFIG_BLOCK=y\n# a\0\nCONFIG_EXT4_FS=y\n'),
    says: ['kernel/b.config:2: not a Kconfig line: # a\\u0000', 'If the file is UTF-16, save it as UTF-8'],
  },
  {
    what: 'fragment that is one line of 10 MB',
    run: 'kernel:config',
    spoil: file('kernel/b.config', `CONFIG_BLOCK=${'y'.repeat(10_000_000)}`),
    says: [/kernel\/b\.config:1: not a Kconfig line: CONFIG_BLOCK=y{187}…\n/],
  },
  {
    what: 'symbol without the prefix',
    run: 'kernel:config',
    spoil: file('kernel/b.config', 'BLOCK=y\r\n'),
    says: ['kernel/b.config:1: not a Kconfig line: BLOCK=y', 'write CONFIG_BLOCK=y'],
  },
  {
    what: 'assignment as in a Makefile',
    run: 'kernel:config',
    spoil: file('kernel/b.config', 'CONFIG_BLOCK := y'),
    says: ['kernel/b.config:1: not a Kconfig line: CONFIG_BLOCK := y', 'write CONFIG_BLOCK=y'],
  },
  {
    what: 'base file of another version',
    run: 'kernel:config',
    spoil: (workspace) => {
      file('kernel/full.config', 'CONFIG_NET=y\nCONFIG_PRINTKK=y\n')(workspace);
      options('kernel', (kernel) => (kernel.base = 'kernel/full.config'))(workspace);
    },
    says: ['kernel/full.config:2: CONFIG_PRINTKK: wanted y, got n', 'PRINTK'],
  },
  {
    what: 'request that does not stick',
    run: 'kernel:build',
    spoil: file('kernel/b.config', '# CONFIG_BLOCK is not set\nCONFIG_EXT4_FS=y\n'),
    says: ['kernel/b.config:2: CONFIG_EXT4_FS: wanted y, got n', '# optional: REASON'],
  },
  {
    what: 'unknown base',
    run: 'kernel:build',
    spoil: options('kernel', (kernel) => (kernel.base = 'nope_defconfig')),
    says: ['no nope_defconfig in kernel/configs or arch/x86/configs'],
  },
  {
    what: 'unknown preset',
    run: 'kernel:build',
    spoil: options('kernel', (kernel) => (kernel.fragments = ['preset:nope'])),
    says: ['there is no preset nope. Presets: '],
  },
  {
    what: 'no compiler',
    run: 'kernel:build',
    spoil: file('kernel/a.config', 'CONFIG_NET=y\n'),
    env: () => ({ PATH: pathWithout(/^x86_64-linux-gnu-gcc/) }),
    says: [
      `x86_64-linux-gnu-gcc: program not found in PATH. Install it: apt-get install ${process.arch === 'x64' ? 'gcc' : 'gcc-x86-64-linux-gnu'}`,
    ],
  },
  {
    what: 'no make',
    run: 'kernel:build',
    spoil: file('kernel/a.config', 'CONFIG_NET=y\n'),
    env: () => ({ PATH: pathWithout(/^make$/) }),
    says: ['make: program not found in PATH. Install it: apt-get install make'],
  },
  {
    what: 'wrong sha256',
    run: 'kernel:build',
    spoil: options('kernel', (kernel) => (kernel.source.sha256 = '0'.repeat(64))),
    says: ['are not the expected ones', `wanted sha256 ${'0'.repeat(64)}`, 'Correct "url" or "sha256"'],
  },
  {
    what: 'sha256 that is none',
    run: 'kernel:build',
    spoil: options('kernel', (kernel) => (kernel.source.sha256 = 'abc')),
    says: ['kernel: source.sha256: "abc" does not match ^[0-9a-f]{64}$. '],
  },
  {
    what: 'tarball that was truncated on its way',
    run: 'kernel:build',
    spoil: truncated('after'),
    says: ['are not the expected ones (700 bytes)', 'Correct "url" or "sha256"'],
  },
  {
    what: 'tarball that was truncated before its sha256 was taken',
    run: 'kernel:build',
    spoil: truncated('before'),
    says: [
      'truncated-before.tar.gz is not a complete tarball',
      'Download the tarball again, and correct "sha256"',
    ],
  },
  {
    what: 'tarball that is not there',
    run: 'kernel:build',
    spoil: options(
      'kernel',
      (kernel) => (kernel.source = { ...kernel.source, url: 'file:///no/k.tar', sha256: '1'.repeat(64) }),
    ),
    says: ['k.tar could not be downloaded', 'file:///no/k.tar: ENOENT'],
  },
  {
    what: 'git repository that is not there',
    run: 'kernel:build',
    spoil: options(
      'kernel',
      (kernel) => (kernel.source = { kind: 'git', url: 'file:///no/k.git', tag: 'v1' }),
    ),
    says: ['k v1 could not be fetched:\n  file:///no/k.git: ', 'does not appear to be a git repository'],
  },
  {
    what: 'git tag that is not there',
    run: 'kernel:build',
    spoil: (workspace) => {
      const repository = join(base(workspace), 'tagged.git');
      rmSync(repository, { recursive: true, force: true });
      mkdirSync(repository);
      writeFileSync(join(repository, 'Makefile'), 'all:\n');
      commitAll(repository, 'v6.12');
      const source = { kind: 'git', url: `file://${repository}`, tag: 'v6.21' };
      options('kernel', (kernel) => (kernel.source = source))(workspace);
    },
    says: ['there is no tag v6.21', 'Did you mean v6.12?'],
  },
  {
    what: 'git source with a tag and a commit',
    run: 'kernel:build',
    spoil: options('kernel', (kernel) => {
      kernel.source = { kind: 'git', url: 'https://x/k.git', tag: 'v1', commit: 'a'.repeat(40) };
    }),
    says: ['takes exactly one of "tag", "branch" and "commit", but has tag and commit'],
  },
  {
    what: 'git URL with a password',
    run: 'kernel:build',
    spoil: options('kernel', (kernel) => {
      kernel.source = { kind: 'git', url: 'https://me:secret@x/k.git', tag: 'v1' };
    }),
    says: ['"https://…@x/k.git": a password or token does not belong in a project'],
  },
  {
    what: 'source directory that is not a kernel',
    run: 'kernel:build',
    spoil: (workspace) => {
      workspace.write('not-linux/README', 'no kernel\n');
      options('kernel', (kernel) => (kernel.source = { kind: 'directory', path: 'not-linux' }))(workspace);
    },
    says: ['not-linux is not a Linux kernel source tree: it has no Makefile. Correct the option "source"'],
  },
  {
    what: 'source directory that is not there',
    run: 'kernel:build',
    spoil: options('kernel', (kernel) => (kernel.source = { kind: 'directory', path: 'nowhere' })),
    says: [/the source directory \S+\/nowhere does not exist. Correct the option "source"/],
  },
  {
    what: 'initramfs with its own archive in it',
    run: 'rootfs:build',
    spoil: options(
      'rootfs',
      (rootfs) => (rootfs.files = [{ path: '/self', from: 'rootfs:initramfs.cpio.gz' }]),
    ),
    says: [
      'rootfs: files[0].from: rootfs cannot be made from itself. Name another project, or remove the option',
    ],
  },
  {
    what: 'kernel that embeds an initramfs with itself in it',
    run: 'kernel:build',
    spoil: (workspace) => {
      options('kernel', (kernel) => (kernel.embeddedInitramfs = 'rootfs'))(workspace);
      options('rootfs', (rootfs) => (rootfs.files = [{ path: '/Image', from: 'kernel:bzImage' }]))(workspace);
    },
    says: [/embeddedInitramfs: rootfs is itself made from kernel \(kernel → rootfs → kernel\)/],
  },
  {
    what: 'initramfs without an init',
    run: 'rootfs:build',
    spoil: options('rootfs', (rootfs) => Object.assign(rootfs, { init: 'none', startup: [] })),
    says: [
      'this initramfs would not boot',
      '/init: the kernel finds no init. To cure it, name an init style',
    ],
  },
  {
    what: 'initramfs that hands over with a BusyBox that cannot',
    run: 'rootfs:build',
    spoil: options('rootfs', (rootfs) => (rootfs.init = 'switch-root')),
    says: ['/init: needs cat, findfs, readlink, setsid, sleep, switch_root, which /sbin, /bin, /usr/sbin'],
  },
  {
    what: 'option of the root in an initramfs that hands over',
    run: 'rootfs:build',
    spoil: options('rootfs', (rootfs) => Object.assign(rootfs, { init: 'switch-root', hostname: 'board' })),
    says: ['hostname belongs to the root that init style switch-root hands over to: remove it here'],
  },
  {
    what: 'missing overlay',
    run: 'rootfs:build',
    spoil: options('rootfs', (rootfs) => rootfs.overlays.push('nope')),
    says: [/overlay \S*nope does not exist: make the directory, or correct the option/],
  },
  {
    what: 'board whose kernel is of another architecture',
    run: 'board:test',
    spoil: options('board', (board) => (board.arch = 'arm64')),
    says: ['board is arm64, but its kernel project kernel is built for x86_64. Correct the option'],
  },
  {
    what: 'board whose kernel project is not a kernel',
    run: 'board:test',
    spoil: options('board', (board) => (board.kernel = 'busybox')),
    says: ['kernel: project busybox has no target with @bringup/nx:kernel. Name a project that has one'],
  },
  {
    what: 'board whose kernel does not exist',
    run: 'board:test',
    spoil: options('board', (board) => (board.kernel = 'kernle')),
    says: ['kernel: there is no project "kernle". Did you mean kernel?'],
  },
  {
    what: 'guest that panics',
    run: 'board:test',
    spoil: QEMU('panic'),
    says: [
      "the guest's kernel panicked during boot: Attempted to kill init!",
      'Likely cause: init ended, which it must never do',
      'QEMU was started with: ',
    ],
  },
  {
    what: 'guest that hangs',
    run: 'board:test',
    spoil: QEMU('no-shell'),
    says: [
      "the guest's boot took longer than 1000 ms. Its last line: [    0.500000] Run /init as init process",
      'It never matched the ready pattern',
      'QEMU was started with: ',
    ],
  },
  {
    what: 'guest that says nothing',
    run: 'board:test',
    spoil: QEMU('silent'),
    says: ['Likely cause: no output at all.'],
  },
  {
    what: 'guest whose command hangs',
    run: 'board:test',
    spoil: options('board', (_, json) => {
      json.targets.test.options = { extraArgs: ['hang-command'], commands: ['uname'], commandTimeout: 1 };
    }),
    says: ["the guest's command 1 (uname) took longer than 1000 ms"],
  },
  {
    what: 'QEMU missing',
    run: 'board:test',
    spoil: options('board', (board) => delete board.qemu),
    env: () => ({ PATH: pathWithout(/^qemu-system-x86/) }),
    says: ['qemu-system-x86_64: program not found in PATH. Install it: apt-get install qemu-system-x86'],
  },
  {
    what: 'not locked, and frozen',
    run: 'kernel:build',
    spoil: (workspace) => rmSync(join(workspace.root, 'bringup.lock/sources/kernel.lock.json')),
    env: () => ({ CI: 'true' }),
    says: [
      "bringup.lock does not have this project's source and tools",
      'npx nx g @bringup/nx:update --ifNeeded',
    ],
  },
  {
    what: 'tools that are not the locked ones, and frozen',
    run: 'kernel:build',
    spoil: (workspace) => {
      workspace.write('kernel/a.config', 'CONFIG_NET=y\n');
      lockTool(workspace, 'x86_64-linux-gnu-ld', 'ld 1');
    },
    env: () => ({ CI: 'true' }),
    says: OTHER_TOOLS,
  },
  {
    what: 'tools that are not the locked ones',
    run: 'kernel:build',
    spoil: (workspace) => {
      workspace.write('kernel/a.config', 'CONFIG_NET=y\n');
      lockTool(workspace, 'x86_64-linux-gnu-ld', 'ld 1');
    },
    says: OTHER_TOOLS,
  },
  {
    what: 'the lock of an older Bringup',
    run: 'kernel:build',
    spoil: (workspace) => {
      rmSync(join(workspace.root, 'bringup.lock'), { recursive: true });
      workspace.write('bringup.lock.json', '{}');
    },
    says: ['bringup.lock.json is the lock of an older Bringup', 'npx nx g @bringup/nx:init'],
  },
  {
    what: 'lock with the conflict of a merge in it',
    run: 'kernel:build',
    spoil: (workspace) => {
      const lock = workspace.read('bringup.lock/sources/kernel.lock.json').split('\n');
      lock.splice(3, 0, '<<<<<<< HEAD', '=======', '>>>>>>> branch');
      workspace.write('bringup.lock/sources/kernel.lock.json', lock.join('\n'));
    },
    says: [/kernel\.lock\.json:4: has a merge conflict. Take either side/],
  },
];

/** A line of a stack trace. */
const STACK = /^\s+at .+[:)]\d*\)?$/m;

/** The user's files, restored after each case. */
const WRITTEN = ['kernel', 'busybox', 'rootfs', 'board', 'bringup.lock'];
const KEPT = ['dist', 'bringup.lock'];
/** Files that a board test writes even when it fails. */
const REPORT = ['dist/board/console.log', 'dist/board/test.json'];

/** The hashes of the files that a failure must not change. */
const published = () =>
  Object.fromEntries(
    Object.entries(snapshot(workspace.root, KEPT)).filter(([path]) => !REPORT.includes(path)),
  );

let workspace: FakeWorkspace;
let temporary: string;

async function run(target: string, env: Record<string, string> = {}) {
  return nx(['run', target], { cwd: workspace.root, env: { TMPDIR: temporary, ...env } });
}

async function expectGood(target: string): Promise<void> {
  const { exitCode, output } = await run(target);
  expect({ exitCode, output: exitCode === 0 ? '' : output }).toEqual({ exitCode: 0, output: '' });
}

beforeAll(async () => {
  workspace = makeFakeWorkspace(tmpdir(), { qemu: FAKE_QEMU });
  temporary = join(base(workspace), 'tmp');
  mkdirSync(temporary);
  await expectGood('board:test');
  for (const path of WRITTEN) copy(join(workspace.root, path), join(base(workspace), 'written', path));
});

afterEach(restore);
afterAll(() => workspace.remove());

/** The checks that every failing case shares. */
async function expectFailure({ run: target, env, says }: Omit<Case, 'spoil' | 'what'>): Promise<void> {
  const before = published();
  const { exitCode, output } = await run(target, env?.());
  expect({ exitCode, output }).not.toMatchObject({ exitCode: 0 });
  for (const text of says) {
    if (typeof text === 'string') expect(output).toContain(text);
    else expect(output).toMatch(text);
  }
  const first = says[0]!;
  expect(output.split(first instanceof RegExp ? new RegExp(first.source, 'g') : first)).toHaveLength(2);
  expect(output).not.toMatch(STACK);
  // Nx's own remark about an order that no user has written.
  expect(output).not.toMatch(/`dependsOn` is misconfigured/);
  expect(published()).toEqual(before);
  expect(halfWritten(workspace.root)).toEqual([]);
  expect(Object.keys(snapshot(temporary)).filter((path) => path.startsWith('bringup-'))).toEqual([]);
  expect(await remaining(base(workspace))).toEqual([]);
}

/** With their times: Nx takes a file of the same second for the one that it has hashed. */
function copy(from: string, to: string): void {
  cpSync(from, to, { recursive: true, preserveTimestamps: true });
}

function restore(): void {
  for (const path of WRITTEN) {
    rmSync(join(workspace.root, path), { recursive: true, force: true });
    copy(join(base(workspace), 'written', path), join(workspace.root, path));
  }
}

it('reads a fragment of 10 MB with a BOM, CRLF, and no newline at the end', async () => {
  const comment = `# ${'why '.repeat(20)}\r\n`.repeat(120_000);
  workspace.write('kernel/b.config', `\uFEFFCONFIG_BLOCK=y\r\n${comment}CONFIG_EXT4_FS=y`);
  await expectGood('kernel:config');
  expect(workspace.read('dist/kernel/.config')).toContain('CONFIG_BLOCK=y\nCONFIG_EXT4_FS=y\n');
  restore();
});

it.each(CASES)('$what', async ({ spoil, ...expected }) => {
  const kept = () => [snapshot(workspace.root, ['.bringup']), snapshot(join(base(workspace), 'home'))];
  const before = kept();
  spoil(workspace);
  await expectFailure(expected);
  const after = kept();
  restore();
  // Where nothing at all was left behind, the next run is the one before: the last test's is theirs too.
  if (JSON.stringify(after) !== JSON.stringify(before)) await expectGood(expected.run);
});

describeWhere('mount')('no space left (skipped unless root can mount)', () => {
  const mounts: string[] = [];
  const SAYS = [/no space left on the device that holds \S+: free some and run again/];

  /** A file system of its own with this much room. */
  function mount(directory: string, kib: number): void {
    mkdirSync(directory, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kib}k`, 'bringup-e2e', directory]);
    mounts.push(directory);
  }
  const fill = (directory: string) => {
    const { bavail, bsize } = statfsSync(directory);
    if (bavail > 0) writeFileSync(join(directory, 'filler'), Buffer.alloc(Number(bavail) * Number(bsize)));
  };
  afterEach(() => mounts.splice(0).forEach((directory) => execFileSync('umount', ['--lazy', directory])));

  it.each([8, 40])('in a source store of %i KiB', async (kib) => {
    const home = join(base(workspace), `home-${kib}`);
    mount(home, kib);
    workspace.write('kernel/a.config', 'CONFIG_NET=y\n');
    await expectFailure({ run: 'kernel:build', env: () => ({ BRINGUP_HOME: home }), says: SAYS });
    restore();
  });

  it.each([8, 60])('in a source store of %i KiB, for a git repository', async (kib) => {
    const home = join(base(workspace), `git-home-${kib}`);
    const repository = join(base(workspace), `full-${kib}.git`);
    cpSync(join(base(workspace), 'sources/fake-kernel'), repository, { recursive: true });
    commitAll(repository, 'v1');
    const source = { kind: 'git', url: `file://${repository}`, tag: 'v1' };
    options('kernel', (kernel) => (kernel.source = source))(workspace);
    mount(home, kib);
    await expectFailure({ run: 'kernel:build', env: () => ({ BRINGUP_HOME: home }), says: SAYS });
    restore();
  });

  it.each([4, 24])('in a kept directory of %i KiB, when configuring', async (kib) => {
    workspace.write('kernel/a.config', `CONFIG_NET=y\nCONFIG_NR_CPUS=${kib}\n`);
    mount(join(workspace.root, '.bringup/build/kernel'), kib);
    await expectFailure({ run: 'kernel:config', says: SAYS });
  });

  it.each([12, 28])('in a kept directory of %i KiB, when building', async (kib) => {
    workspace.write('kernel/a.config', `CONFIG_NET=y\nCONFIG_NR_CPUS=${kib}\n`);
    await expectGood('kernel:config');
    mount(join(workspace.root, '.bringup/build/kernel'), kib);
    await expectFailure({ run: 'kernel:build', says: SAYS });
  });

  it.each(['kernel:config', 'kernel:build'])('where %s publishes', async (target) => {
    const [project] = target.split(':') as [string];
    workspace.write('kernel/a.config', 'CONFIG_NET=y\nCONFIG_NR_CPUS=2\n');
    workspace.write('busybox/busybox.config', '# CONFIG_VI is not set\n');
    if (target.endsWith('build')) await expectGood(`${project}:config`);
    const output = join(workspace.root, 'dist', project);
    cpSync(output, `${output}.real`, { recursive: true });
    mount(output, 256);
    cpSync(`${output}.real`, output, { recursive: true });
    rmSync(`${output}.real`, { recursive: true });
    fill(output);
    await expectFailure({ run: target, says: SAYS });
  });
});

it('after all that, the workspace is as it was', async () => {
  restore();
  await expectGood('board:test');
});
