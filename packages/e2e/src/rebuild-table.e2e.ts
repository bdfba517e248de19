import { chmodSync, cpSync, existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initPrograms } from '@bringup/rootfs';
import {
  addModule,
  addProgram,
  commitAll,
  lockTool,
  makeFakeWorkspace,
  pretendPrograms,
  pretendVersion,
  tarballSource,
  type FakeWorkspace,
} from './fake-workspace.js';
import { OPTION_ROWS, optionRow } from './option-rows.js';
import { COVERAGE, NESTED, NEVER_CACHED } from './rebuild-options.js';
import { nestedOptions } from './schema-options.js';
import { nx, REPOSITORY, type Fate, type NxRun } from './nx-run.js';

/**
 * The tasks that run after each kind of edit. Each row starts from a fully built workspace. A task that a row does not name must
 * be a cache hit. `skipped`: Nx ran the task, because its hash is coarser than needed, and the recipe found it up to date, so
 * neither make nor packing ran.
 */
interface Row {
  edit: string;
  apply: (workspace: FakeWorkspace) => void | Promise<void>;
  fates: Partial<Record<Task, Fate>>;
  /** Objects of the kernel that were compiled. */
  compiled?: string[];
}

const TASKS = [
  'kernel:config',
  'kernel:build',
  'busybox:config',
  'busybox:build',
  'tool:build',
  'rootfs:build',
  'board:test',
] as const;
type Task = (typeof TASKS)[number];

const FAKE_QEMU = join(REPOSITORY, 'packages/qemu/src/testing/fake-qemu.mjs');
/** Programs of the host whose version a row changes. */
const PRETENDED = { 'x86_64-linux-gnu-gcc': '/usr/bin/x86_64-linux-gnu-gcc', 'fake-qemu': FAKE_QEMU };

type Json = Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any -- project.json as a test edits it

/** Another version of a tool, on this host and in the lock. */
const otherTool = (name: string, version: string) => (workspace: FakeWorkspace) => {
  pretendVersion(workspace, name, version);
  lockTool(workspace, name, version);
};

const editProject = (project: string, change: (json: Json) => void) => (workspace: FakeWorkspace) =>
  workspace.edit(`${project}/project.json`, change as never);
const write = (path: string, content: string) => (workspace: FakeWorkspace) => workspace.write(path, content);
const ALL: Record<Task, Fate> = Object.fromEntries(TASKS.map((task) => [task, 'ran'])) as Record<Task, Fate>;
const COARSE: Partial<Record<Task, Fate>> = {
  ...Object.fromEntries(TASKS.map((task) => [task, 'skipped'])),
  // A test has no artifact to compare a recipe with: it boots again.
  'board:test': 'ran',
};

const ROWS: Row[] = [
  { edit: 'nothing', apply: () => undefined, fates: {} },
  {
    edit: 'comment in a fragment',
    apply: write('kernel/a.config', '# another comment\n\nCONFIG_PRINTK=y\n'),
    fates: { 'kernel:config': 'skipped' },
    compiled: [],
  },
  {
    edit: 'symbol in a fragment',
    apply: write('kernel/a.config', 'CONFIG_PRINTK=y\nCONFIG_NET=y\n'),
    fates: { 'kernel:config': 'ran', 'kernel:build': 'ran', 'board:test': 'ran' },
    compiled: ['net/core.o'],
  },
  {
    edit: 'fragments reordered without effect',
    apply: editProject('kernel', (json) => json.targets.build.options.fragments.reverse()),
    fates: { 'kernel:config': 'ran', 'kernel:build': 'skipped' },
    compiled: [],
  },
  {
    edit: 'fragment added that changes nothing',
    apply: (workspace) => {
      workspace.write('kernel/c.config', 'CONFIG_NR_CPUS=4\n');
      editProject('kernel', (json) => json.targets.build.options.fragments.push('kernel/c.config'))(
        workspace,
      );
    },
    fates: { 'kernel:config': 'ran', 'kernel:build': 'skipped' },
    compiled: [],
  },
  {
    edit: 'patch that changes a C file',
    apply: (workspace) => {
      const line = 'const char printk[] = "printk"; const char *const printk_file = __FILE__;';
      workspace.write(
        'kernel/printk.patch',
        `--- a/kernel/printk.c\n+++ b/kernel/printk.c\n@@ -1 +1,2 @@\n ${line}\n+int patched;\n`,
      );
      editProject(
        'kernel',
        (json) => (json.targets.build.options.patches = ['kernel/printk.patch']),
      )(workspace);
    },
    // The stand-in's boot image does not change with it.
    fates: { 'kernel:config': 'ran', 'kernel:build': 'ran' },
    compiled: ['kernel/printk.o'],
  },
  {
    edit: 'extra fragment that changes something',
    apply: (workspace) => {
      workspace.write('kernel/c.config', 'CONFIG_NET=y\n');
      editProject(
        'kernel',
        (json) => (json.targets.build.options.extraFragments = ['kernel/c.config']),
      )(workspace);
    },
    fates: { 'kernel:config': 'ran', 'kernel:build': 'ran', 'board:test': 'ran' },
    compiled: ['net/core.o'],
  },
  {
    edit: 'variant added beside the default one',
    apply: editProject(
      'kernel',
      (json) => (json.targets.build.configurations = { debug: { base: 'defconfig' } }),
    ),
    // Nx hashes the options of all configurations; the recipe of the default one is what it was.
    fates: { 'kernel:config': 'skipped', 'kernel:build': 'skipped', 'board:test': 'ran' },
    compiled: [],
  },
  {
    edit: 'base configuration',
    apply: editProject('kernel', (json) => (json.targets.build.options.base = 'allnoconfig')),
    fates: { 'kernel:config': 'ran', 'kernel:build': 'skipped' },
    compiled: [],
  },
  {
    edit: 'overlay file',
    apply: write('rootfs/overlay/etc/motd', 'changed\n'),
    fates: { 'rootfs:build': 'ran', 'board:test': 'ran' },
    compiled: [],
  },
  {
    edit: 'file mode of an overlay file',
    apply: ({ root }) => chmodSync(join(root, 'rootfs/overlay/etc/motd'), 0o755),
    fates: { 'rootfs:build': 'ran', 'board:test': 'ran' },
    compiled: [],
  },
  {
    edit: 'file in an overlay that git ignores',
    apply: write('rootfs/overlay/dist/tool', 'ignored by git, not by the image\n'),
    fates: { 'rootfs:build': 'ran', 'board:test': 'ran' },
    compiled: [],
  },
  {
    edit: 'init script',
    apply: editProject('rootfs', (json) => (json.targets.build.options.startup = ['echo changed'])),
    fates: { 'rootfs:build': 'ran', 'board:test': 'ran' },
    compiled: [],
  },
  {
    edit: 'init that hands over, with modules',
    apply: editProject('rootfs', ({ targets: { build } }) => {
      Object.assign(build.options, { init: 'switch-root', modules: ['virtio_blk'] });
      // The stand-in for BusyBox has few applets.
      build.options.symlinks = initPrograms({ style: 'switch-root', modules: ['virtio_blk'] })
        .filter((name) => name !== 'mount')
        .map((name) => ({ path: `/bin/${name}`, target: 'busybox' }));
    }),
    fates: { 'rootfs:build': 'ran', 'board:test': 'ran' },
    compiled: [],
  },
  {
    edit: 'compression of the initramfs',
    apply: editProject('rootfs', (json) => (json.targets.build.options.compression = 'none')),
    fates: { 'rootfs:build': 'ran', 'board:test': 'ran' },
    compiled: [],
  },
  {
    edit: 'fragment that git ignores',
    apply: write('busybox/local.config', '# CONFIG_VI is not set\n'),
    fates: { 'busybox:config': 'ran', 'busybox:build': 'ran', 'rootfs:build': 'ran', 'board:test': 'ran' },
    compiled: [],
  },
  {
    edit: 'BusyBox fragment',
    apply: write('busybox/busybox.config', '# CONFIG_VI is not set\n'),
    fates: { 'busybox:config': 'ran', 'busybox:build': 'ran', 'rootfs:build': 'ran', 'board:test': 'ran' },
    compiled: [],
  },
  {
    edit: 'BusyBox linked dynamically',
    apply: editProject('busybox', (json) => (json.targets.build.options.static = false)),
    // The stand-in needs no library, so its tree comes out the same.
    fates: { 'busybox:config': 'ran', 'busybox:build': 'ran' },
    compiled: [],
  },
  {
    edit: 'comment in a BusyBox fragment',
    apply: write('busybox/busybox.config', '# a comment\nCONFIG_VI=y\n'),
    fates: { 'busybox:config': 'skipped' },
    compiled: [],
  },
  {
    edit: 'source of a program',
    apply: write('tool/f.S', '.global f\nf: mov $2, %eax\nret\n'),
    fates: { 'tool:build': 'ran', 'rootfs:build': 'ran', 'board:test': 'ran' },
    compiled: [],
  },
  {
    edit: 'source of a program that becomes a symbolic link',
    apply: (workspace) => {
      workspace.write('real/f', '.global f\nf: mov $3, %eax\nret\n');
      rmSync(join(workspace.root, 'tool/f.S'));
      symlinkSync('../real/f', join(workspace.root, 'tool/f.S'));
    },
    fates: { 'tool:build': 'ran', 'rootfs:build': 'ran', 'board:test': 'ran' },
    compiled: [],
  },
  {
    edit: 'comment in a source of a program',
    apply: write('tool/f.S', '.global f // a comment\nf: mov $1, %eax\nret\n'),
    // The program comes out the same.
    fates: { 'tool:build': 'ran' },
    compiled: [],
  },
  {
    edit: 'line of a comment in a source of a program, which moves the others',
    apply: write('tool/f.S', '# a comment\n.global f\nf: mov $1, %eax\nret\n'),
    // Its debug information is another, and what goes into the guest the same.
    fates: { 'tool:build': 'ran' },
    compiled: [],
  },
  {
    edit: 'header of a program',
    apply: write('tool/tool.h', '#define A 2\nint f(void);\n'),
    fates: { 'tool:build': 'ran', 'rootfs:build': 'ran', 'board:test': 'ran' },
    compiled: [],
  },
  {
    edit: 'header of a program that git ignores',
    apply: write('tool/dist/made.h', '#define B 3\n'),
    fates: { 'tool:build': 'ran', 'rootfs:build': 'ran', 'board:test': 'ran' },
    compiled: [],
  },
  {
    edit: 'header that a pattern finds, and nothing includes',
    apply: write('tool/new.h', '#define C 3\n'),
    fates: { 'tool:build': 'ran' },
    compiled: [],
  },
  {
    edit: "file beside a program's",
    apply: write('tool/notes.txt', 'changed\n'),
    fates: {},
    compiled: [],
  },
  {
    edit: "program's compiler flags",
    apply: editProject('tool', (json) => (json.targets.build.options.compilerFlags = ['-O0'])),
    fates: { 'tool:build': 'ran', 'rootfs:build': 'ran', 'board:test': 'ran' },
    compiled: [],
  },
  {
    edit: 'program that is not stripped',
    apply: editProject('tool', (json) => (json.targets.build.options.strip = false)),
    fates: { 'tool:build': 'ran', 'rootfs:build': 'ran', 'board:test': 'ran' },
    compiled: [],
  },
  {
    edit: "board's append",
    apply: editProject('board', (json) => (json.targets.run.options.append = 'quiet')),
    fates: { 'board:test': 'ran' },
    compiled: [],
  },
  {
    edit: "board's memory",
    apply: editProject('board', (json) => (json.targets.run.options.memory = 128)),
    fates: { 'board:test': 'ran' },
    compiled: [],
  },
  ...Object.entries({
    network: [{ type: 'user', forwards: [{ protocol: 'tcp', guestPort: 22 }] }],
    shares: [{ path: 'rootfs', tag: 'rootfs' }],
    consoles: [{ type: 'pty' }],
    monitor: { type: 'telnet' },
    display: { type: 'vnc' },
    gdb: { type: 'tcp' },
    rtc: { base: '2020-01-02' },
    memoryGrowth: { slots: 2, max: 128 },
  }).map(
    ([option, value]): Row => ({
      edit: `board's ${option}`,
      apply: editProject('board', (json) => (json.targets.run.options[option] = value)),
      fates: { 'board:test': 'ran' },
      compiled: [],
    }),
  ),
  {
    edit: 'initramfs that is built into the kernel',
    apply: editProject('kernel', (json) => (json.targets.build.options.embeddedInitramfs = 'rootfs')),
    fates: { 'kernel:config': 'ran', 'kernel:build': 'ran', 'board:test': 'ran' },
    compiled: [],
  },
  {
    edit: "device trees of the kernel's own",
    apply: editProject('kernel', (json) => (json.targets.build.options.dtbs = ['acme/rocket'])),
    // The configuration has no part in it, and this board no use for it.
    fates: { 'kernel:config': 'skipped', 'kernel:build': 'ran' },
    compiled: [],
  },
  {
    edit: "board's device tree",
    apply: (workspace) => {
      workspace.write('board/own.dtb', 'a device tree');
      editProject('board', (json) => (json.targets.run.options.dtb = '{projectRoot}/own.dtb'))(workspace);
    },
    fates: { 'board:test': 'ran' },
    compiled: [],
  },
  {
    edit: "test's expected outcome",
    // The fake guest comes up, which is the only outcome that it can be asked for: the same result, from a run anew.
    apply: editProject('board', (json) => (json.targets.test.options.expect = { outcome: 'ready' })),
    fates: { 'board:test': 'ran' },
    compiled: [],
  },
  {
    edit: 'locked compiler version',
    apply: otherTool('x86_64-linux-gnu-gcc', 'gcc 99'),
    // The artifacts come out the same, so nothing behind them runs.
    fates: {
      'kernel:config': 'ran',
      'kernel:build': 'ran',
      'busybox:config': 'ran',
      'busybox:build': 'ran',
      'tool:build': 'ran',
    },
  },
  {
    edit: 'locked version of QEMU',
    apply: otherTool('fake-qemu', 'QEMU 99'),
    fates: { 'board:test': 'ran' },
    compiled: [],
  },
  {
    edit: 'locked source version',
    apply: async (workspace) => {
      const { source, tree } = changedKernelSource(workspace);
      writeFileSync(
        join(tree, 'init/main.c'),
        `${readFileSync(join(tree, 'init/main.c'), 'utf8')}int changed;\n`,
      );
      editProject('kernel', (json) => (json.targets.build.options.source = source()))(workspace);
      expect((await nx(['run', 'kernel:update'], { cwd: workspace.root })).exitCode).toBe(0);
    },
    fates: { 'kernel:config': 'ran', 'kernel:build': 'ran', 'board:test': 'ran' },
    compiled: ['init/main.o'],
  },
  {
    edit: "plugin's own code",
    apply: ({ plugin }) =>
      writeFileSync(join(plugin, 'kbuild/dist/index.js'), '\n// changed\n', { flag: 'a' }),
    // Another plugin may make other artifacts of the same inputs. make finds that it does not, and the boot sees none.
    fates: { ...ALL, 'rootfs:build': 'ran' },
    compiled: [],
  },
  { edit: 'README of a project', apply: write('kernel/README.md', 'changed\n'), fates: {}, compiled: [] },
  { edit: 'a file that nothing reads', apply: write('notes.txt', 'changed\n'), fates: {}, compiled: [] },
  {
    edit: 'nx.json',
    apply: (workspace) => workspace.edit('nx.json', (json: Json) => (json.parallel = 2)),
    fates: COARSE,
    compiled: [],
  },
  {
    edit: '.gitignore',
    apply: write('.gitignore', 'node_modules\ndist\n.nx\n.bringup\n*.orig\n'),
    fates: COARSE,
    compiled: [],
  },
  {
    edit: "another target's options",
    apply: editProject('kernel', (json) => (json.targets.lint.command = 'false')),
    fates: { 'kernel:config': 'skipped', 'kernel:build': 'skipped' },
    compiled: [],
  },
];

/** Tests of their own below, each a table in one. */
const TABLES = [
  'devices that a board plugs into its machine',
  'a kernel module, and an initramfs that loads it',
  'a kernel that exports something else, and how an initramfs takes a module',
  'an image for U-Boot',
] as const;

const mapEach = <T, U>(record: Readonly<Record<string, T>>, change: (value: T) => U) =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));

describe('every option of every executor', () => {
  const plugin = join(REPOSITORY, 'packages/nx');
  const readJson = (path: string) => JSON.parse(readFileSync(join(plugin, path), 'utf8')) as Json;
  const executors = readJson('executors.json').executors as Record<string, { schema: string }>;
  const names = Object.keys(executors);
  const readSchema = (executor: string) => readJson(executors[executor]!.schema);
  const optionsOf = (executor: string) => Object.keys(readSchema(executor).properties as Json);

  it('of a cached task is in the rebuild table, or has a reason why not', () => {
    const cached = names.filter((name) => !NEVER_CACHED.includes(name));
    const options = Object.fromEntries(cached.map((name) => [name, optionsOf(name).sort()]));
    const covered = Object.entries(COVERAGE).map(([name, own]) => [name, Object.keys(own).sort()]);
    expect(Object.fromEntries(covered)).toEqual(options);
    expect(NEVER_CACHED.filter((name) => !names.includes(name))).toEqual([]);
  });

  it('that is an option of another one has a row of its own, or a reason why not', () => {
    const cached = names.filter((name) => !NEVER_CACHED.includes(name));
    const options = Object.fromEntries(
      cached
        .map((name) => [name, Object.fromEntries(nestedOptions(readSchema(name)))] as const)
        .filter(([, own]) => Object.keys(own).length > 0),
    );
    expect(mapEach(NESTED, (own) => Object.keys(own).sort())).toEqual(
      mapEach(options, (own) => Object.keys(own).sort()),
    );
    const rows = new Set(OPTION_ROWS.map(optionRow));
    const missing = Object.entries(options).flatMap(([executor, own]) =>
      Object.entries(own).flatMap(([option, paths]) => {
        const coverage = NESTED[executor]![option]!;
        if ('reason' in coverage) return [];
        const excepted = Object.keys(coverage.except);
        const needed = paths.filter(
          (path) => !excepted.includes(path) && !rows.has(`${executor}: ${option}.${path}`),
        );
        const unknown = excepted.filter((path) => !paths.includes(path));
        return [...needed, ...unknown].map((path) => `${executor}: ${option}.${path}`);
      }),
    );
    expect(missing).toEqual([]);
  });

  it('that names a row names an existing one', () => {
    const rows = new Set<string>([...ROWS.map(({ edit }) => edit), ...TABLES, ...OPTION_ROWS.map(optionRow)]);
    const named = Object.values(COVERAGE).flatMap((own) => Object.values(own));
    const unknown = named.flatMap((coverage) =>
      'row' in coverage && !rows.has(coverage.row) ? [coverage.row] : [],
    );
    expect(unknown).toEqual([]);
  });
});

describe('what an edit makes run', () => {
  let workspace: FakeWorkspace;
  let path: string;
  const test = () => nx(['run', 'board:test'], { cwd: workspace.root, env: { PATH: path } });
  const makeLog = () => join(workspace.root, '.bringup/build/kernel/default/out.log');

  beforeAll(async () => {
    workspace = makeFakeWorkspace(tmpdir(), { qemu: 'fake-qemu' });
    path = pretendPrograms(workspace, PRETENDED);
    addProgram(workspace);
    // The first run locks the sources: not before the second does Nx know what comes of them.
    expectSuccess(await test(), ALL);
    expectSuccess(await test());
    const keep = `${workspace.root}.built`;
    cpSync(workspace.root, keep, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
  });

  afterAll(() => workspace.remove());

  beforeEach(() => {
    // Each row starts from the same built state: the kept directories hold absolute paths, so the place stays. rsync writes
    // only what a row has changed; times are compared to the nanosecond.
    const exactly = ['--archive', '--delete', '--modify-window=-1'];
    execFileSync('rsync', [...exactly, `${workspace.root}.built/`, `${workspace.root}/`]);
    rmSync(makeLog(), { force: true });
    for (const name of Object.keys(PRETENDED)) pretendVersion(workspace, name);
  });

  it.each(ROWS)('$edit', async ({ apply, fates, compiled }) => {
    await apply(workspace);
    const run = await test();
    expectSuccess(run, Object.fromEntries(TASKS.map((task) => [task, fates[task] ?? 'hit'])));
    if (compiled) expect(compiledObjects(makeLog())).toEqual(compiled);
    const again = await test();
    expect(again.tasks).toEqual(Object.fromEntries(TASKS.map((task) => [task, 'hit'])));
  });

  it("what is in the kernel's initramfs, where it is built in, and the board's device tree", async () => {
    editProject('kernel', ({ targets }) => {
      Object.assign(targets.build.options, { embeddedInitramfs: 'rootfs', dtbs: ['board'] });
    })(workspace);
    editProject('board', ({ targets }) => {
      delete targets.run.options.initramfs;
      targets.run.options.dtb = 'board/own.dtb';
    })(workspace);
    workspace.write('board/own.dtb', 'a device tree');
    expectSuccess(await test());
    const hits = Object.fromEntries(TASKS.map((task) => [task, 'hit' as Fate]));
    expectSuccess(await test(), hits);

    rmSync(makeLog());
    workspace.write('rootfs/overlay/etc/motd', 'changed\n');
    expectSuccess(await test(), {
      ...hits,
      ...{ 'rootfs:build': 'ran', 'kernel:build': 'ran', 'board:test': 'ran' },
    });
    expect(compiledObjects(makeLog())).toEqual([]);
    expect(readFileSync(makeLog(), 'utf8')).toContain('  AS      usr/initramfs_data.o');

    workspace.write('board/own.dtb', 'another device tree');
    expectSuccess(await test(), { ...hits, 'board:test': 'ran' });
    editProject('board', (json) => (json.targets.run.options.dtb = 'kernel:board.dtb'))(workspace);
    expectSuccess(await test(), { ...hits, 'board:test': 'ran' });
  });

  it(TABLES[0], async () => {
    workspace.write('data/disk.img', 'a disk');
    workspace.write('data/firmware.bin', 'a firmware');
    workspace.write('data/shared/file', 'a file');
    editProject('board', ({ targets }) =>
      Object.assign(targets.run.options, {
        firmware: 'data/firmware.bin',
        watchdog: { model: 'i6300esb', action: 'reset' },
        drives: [{ file: 'data/disk.img', format: 'raw' }],
        shares: [{ path: 'data/shared', tag: 'shared' }],
      }),
    )(workspace);
    const fate = async () => (await test()).tasks['board:test'];
    expect(await fate()).toBe('ran');
    expect(await fate()).toBe('hit');
    for (const file of ['disk.img', 'firmware.bin', 'shared/file', 'shared/new']) {
      workspace.write(`data/${file}`, 'changed');
      expect([file, await fate()]).toEqual([file, 'ran']);
    }
    editProject('board', ({ targets }) => (targets.run.options.watchdog.action = 'none'))(workspace);
    expect(await fate()).toBe('ran');
    workspace.write('data/other', 'nobody reads it');
    expect(await fate()).toBe('hit');
  });

  const kernelAlone: Record<string, Fate> = {
    'kernel:config': 'ran',
    'kernel:build': 'ran',
    'board:test': 'ran',
  };
  const behind: Record<string, Fate> = { 'hello:build': 'ran', 'rootfs:build': 'ran', 'board:test': 'ran' };
  const config = (lines: string) => () =>
    workspace.write('kernel/a.config', `CONFIG_PRINTK=y\nCONFIG_MODULES=y\n${lines}`);

  /** Adds a module and builds all; gives what holds an edit against what it makes run, and which of the module's objects. */
  async function moduleBuilt() {
    addModule(workspace);
    const log = join(workspace.root, '.bringup/build/hello/default/out.log');
    const names = [...TASKS, 'hello:build'];
    const all = (fates: Record<string, Fate> = {}) =>
      Object.fromEntries(names.map((name) => [name, fates[name] ?? ('hit' as Fate)]));
    /** Checks which tasks run after an edit, and which of the module's objects are compiled. */
    const after = async (edit: () => void, fates: Record<string, Fate>, compiled: string[]) => {
      rmSync(log, { force: true });
      edit();
      expectSuccess(await test(), all(fates));
      expect(compiledModules(log)).toEqual(compiled);
    };
    expectSuccess(await test());
    expectSuccess(await test(), all());
    return after;
  }

  it(
    TABLES[1],
    async () => {
      const after = await moduleBuilt();

      const hello = readFileSync(join(workspace.root, 'hello/hello.c'), 'utf8');

      await after(() => workspace.write('hello/hello.c', `${hello}int more;\n`), behind, ['hello/hello.o']);
      await after(
        () => workspace.write('hello/hello.c', `${hello}int more; // a comment\n`),
        // It comes out the same.
        { 'hello:build': 'ran' },
        ['hello/hello.o'],
      );
      await after(() => workspace.write('hello/hello.h', '#define MORE 1\n'), { 'hello:build': 'ran' }, [
        'hello/hello.o',
      ]);
      await after(() => workspace.write('hello/hello.o', 'left by hand\n'), {}, []);
      // A configuration that leaves symbols and headers of modules alone.
      await after(config('CONFIG_NET=y\n'), { ...kernelAlone, 'hello:build': 'ran' }, []);
      // A configuration that changes a header that the module includes.
      await after(config('CONFIG_NET=y\nCONFIG_NR_CPUS=8\n'), { ...kernelAlone, ...behind }, [
        'hello/hello.o',
      ]);
    },
    600_000,
  ); // A whole table in one.

  it(
    TABLES[2],
    async () => {
      const after = await moduleBuilt();

      // A configuration that exports other symbols: make runs, and the module comes out the same.
      await after(
        () => workspace.write('kernel/b.config', 'CONFIG_BLOCK=y\n'),
        { ...kernelAlone, 'hello:build': 'ran', 'rootfs:build': 'skipped' },
        [],
      );
      // Another release is another vermagic, and another directory of modules.
      await after(config('CONFIG_NR_CPUS=8\nCONFIG_LOCALVERSION="-own"\n'), { ...kernelAlone, ...behind }, [
        'hello/hello.o',
      ]);
      const entry = (change: Json) =>
        editProject('rootfs', (json) => Object.assign(json.targets.build.options.modules[0], change));
      const packed: Record<string, Fate> = { 'rootfs:build': 'ran', 'board:test': 'ran' };
      await after(() => entry({ parameters: { who: 'board' } })(workspace), packed, []);
      await after(() => entry({ load: false })(workspace), packed, []);
      await after(() => entry({ names: ['hello'] })(workspace), { 'rootfs:build': 'skipped' }, []);
    },
    600_000,
  );

  it('the commit of a git repository, but not where it comes from or what it is called', async () => {
    const base = join(workspace.root, '..');
    const [repository, mirror] = [join(base, 'linux.git'), join(base, 'mirror.git')];
    [repository, mirror].forEach((path) => rmSync(path, { recursive: true, force: true }));
    cpSync(join(REPOSITORY, 'packages/kbuild/fixtures/fake-kernel'), repository, { recursive: true });
    commitAll(repository, 'v1');
    cpSync(repository, mirror, { recursive: true });
    const locked = () => JSON.parse(workspace.read('bringup.lock/sources/kernel.lock.json')) as Json;
    const source = (value: Json) =>
      editProject(
        'kernel',
        (json) => (json.targets.build.options.source = { kind: 'git', ...value }),
      )(workspace);
    const update = async () =>
      expect((await nx(['run', 'kernel:update'], { cwd: workspace.root })).exitCode).toBe(0);
    const fates = async () => {
      const { exitCode, tasks, output } = await test();
      if (exitCode !== 0) throw new Error(output);
      return [tasks['kernel:config'], tasks['kernel:build'], tasks['board:test']];
    };
    const url = `file://${repository}`;

    source({ url, tag: 'v1' });
    await update();
    expect(locked()).toEqual({
      ...{ kind: 'git', url: [url], tag: 'v1' },
      commit: expect.stringMatching(/^[0-9a-f]{40}$/),
    });
    const { commit } = locked();
    expect((await fates()).slice(0, 2)).toEqual(['ran', 'ran']);
    expect(await fates()).toEqual(['hit', 'hit', 'hit']);

    // Options and the lock's entry are in Nx's hash as they stand; the commit is the same, so there is nothing to do.
    source({ url: [`file://${mirror}`, url], tag: 'v1' });
    expect(await fates()).toEqual(['skipped', 'skipped', 'hit']);
    source({ url: `file://${mirror}`, branch: 'main' });
    await update();
    expect(locked()).toEqual({ kind: 'git', url: [`file://${mirror}`], branch: 'main', commit });
    expect(await fates()).toEqual(['skipped', 'skipped', 'hit']);
    source({ url, commit });
    expect(await fates()).toEqual(['skipped', 'skipped', 'hit']);

    source({ url, tag: 'v1' });
    await update();
    await fates();
    // A moved tag has no effect until the lock is updated.
    const main = join(repository, 'init/main.c');
    writeFileSync(main, `${readFileSync(main, 'utf8')}int changed = 1;\n`);
    commitAll(repository, 'v1', 1_700_000_000);
    expect(await fates()).toEqual(['hit', 'hit', 'hit']);
    workspace.write('kernel/a.config', '# another comment\nCONFIG_PRINTK=y\n');
    expect(await fates()).toEqual(['skipped', 'hit', 'hit']);
    await update();
    expect(locked().commit).not.toBe(commit);
    rmSync(makeLog(), { force: true });
    expect(await fates()).toEqual(['ran', 'ran', 'ran']);
    expect(compiledObjects(makeLog())).toContain('init/main.o');
    // The fetched source stays in the store, so the repository is no longer needed.
    rmSync(repository, { recursive: true });
    workspace.write('kernel/a.config', 'CONFIG_PRINTK=y\nCONFIG_NET=y\n');
    expect(await fates()).toEqual(['ran', 'ran', 'ran']);
  }, 600_000); // A whole table in one.

  it(TABLES[3], async () => {
    const options = { arch: 'x86_64', type: 'ramdisk', initramfs: 'rootfs' };
    const target = { executor: '@bringup/nx:uboot-image', options };
    const json = { name: 'image', targets: { build: target } };
    workspace.write('image/project.json', JSON.stringify(json));
    const PATH = pretendPrograms(workspace, { mkimage: '/usr/bin/mkimage' });
    const build = async () =>
      (await nx(['run', 'image:build'], { cwd: workspace.root, env: { PATH } })).tasks;
    // The first run locks the version of mkimage that Nx has hashed in its place.
    expect(await build()).toMatchObject({ 'rootfs:build': 'hit', 'image:build': 'ran' });
    expect(await build()).toMatchObject({ 'image:build': 'hit' });
    workspace.write('rootfs/overlay/etc/motd', 'changed\n');
    expect(await build()).toMatchObject({ 'rootfs:build': 'ran', 'image:build': 'ran' });
    otherTool('mkimage', 'mkimage 99')(workspace);
    expect(await build()).toMatchObject({ 'rootfs:build': 'hit', 'image:build': 'ran' });
  });
});

/** Shows what nx printed when something is not as expected. */
function expectSuccess({ exitCode, tasks, output }: NxRun, fates: Record<string, Fate> = tasks): void {
  const same =
    exitCode === 0 &&
    JSON.stringify(Object.entries(tasks).sort()) === JSON.stringify(Object.entries(fates).sort());
  expect({ exitCode, tasks, output: same ? '' : output }).toEqual({ exitCode: 0, tasks: fates, output: '' });
}

function compiledModules(log: string): string[] {
  if (!existsSync(log)) return [];
  const text = readFileSync(log, 'utf8');
  return [...text.matchAll(/^ {2}CC \[M\] +\S*\/out\/(\S+)$/gm)].map((match) => match[1]!).sort();
}

function compiledObjects(log: string): string[] {
  let text = '';
  try {
    text = readFileSync(log, 'utf8');
  } catch {
    return [];
  }
  return [...text.matchAll(/^ {2}CC +(\S+)$/gm)].map((match) => match[1]!).sort();
}

/** A copy of the kernel's source to change, and the tarball of it. */
function changedKernelSource({ root }: FakeWorkspace) {
  const directory = join(root, '..', 'changed');
  rmSync(directory, { recursive: true, force: true });
  cpSync(join(REPOSITORY, 'packages/kbuild/fixtures/fake-kernel'), join(directory, 'fake-kernel'), {
    recursive: true,
  });
  const tarball = join(directory, 'fake-kernel.tar.gz');
  return {
    tree: join(directory, 'fake-kernel'),
    source: () => {
      execFileSync('tar', [
        '--create',
        '--gzip',
        `--file=${tarball}`,
        `--directory=${directory}`,
        'fake-kernel',
      ]);
      return tarballSource(tarball);
    },
  };
}
