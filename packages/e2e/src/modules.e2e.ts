import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { treeFromInitramfs } from '@bringup/rootfs';
import { copyDemo, type DemoCopy } from './demo-workspace.js';
import { nx, type NxRun } from './nx-run.js';

/** The demo's module on the demo's kernel: built, loaded by the guest, changed, and broken in every way. */
const MINUTES = 60_000;
const FILE = 'examples/hello/hello.c';

let demo: DemoCopy;
const at = (path: string) => join(demo.root, path);
const run = (...args: string[]): Promise<NxRun> =>
  nx(args, { cwd: demo.root, env: demo.env, ...(demo.uid === undefined ? {} : { uid: demo.uid }) });
const write = (path: string, content: string) => {
  mkdirSync(dirname(at(path)), { recursive: true });
  writeFileSync(at(path), content);
};
const read = (path: string) => readFileSync(at(path), 'utf8');

async function succeed(...args: string[]): Promise<NxRun> {
  const result = await run(...args);
  expect({ exitCode: result.exitCode, output: result.exitCode === 0 ? '' : result.output }).toEqual({
    exitCode: 0,
    output: '',
  });
  return result;
}

/** Runs what must fail. @returns what it said */
async function fail(...args: string[]): Promise<string> {
  const { exitCode, output } = await run(...args);
  expect({ exitCode, output: exitCode === 0 ? output : '' }).not.toEqual({ exitCode: 0, output });
  return output;
}

/** With a file as this makes it, and as it was afterwards. */
async function withFile(path: string, content: string, work: () => Promise<void>): Promise<void> {
  const before = existsSync(at(path)) ? read(path) : undefined;
  write(path, content);
  await work();
  if (before === undefined) rmSync(at(path));
  else write(path, before);
}

type Options = Record<string, unknown>;

/** With options of a project's first target changed. */
async function withOptions(project: string, options: Options, work: () => Promise<void>): Promise<void> {
  const path = `examples/${project}/project.json`;
  const json = JSON.parse(read(path)) as { targets: Record<string, { options: Options }> };
  const [target] = Object.values(json.targets);
  Object.assign(target!.options, options);
  await withFile(path, JSON.stringify(json), work);
}

beforeAll(async () => {
  demo = copyDemo({ built: ['kernel', 'busybox'] });
  await succeed('run', 'virt-arm64-hello:test');
  // When this file runs alone and nothing was built before, it compiles the kernel.
}, 60 * MINUTES);
afterAll(() => rmSync(dirname(demo.root), { recursive: true, force: true }));

it('is loaded by the guest, with its parameter', async () => {
  expect(read('dist/virt-arm64-hello/console.log')).toContain('Hello, board!');
  const tree = await treeFromInitramfs(at('dist/rootfs-hello/initramfs.cpio.gz'), 'gzip');
  const paths = tree.entries().map(({ path }) => path.replace(/^(lib\/modules\/)[^/]+/, '$1RELEASE'));
  expect(paths).toEqual(
    expect.arrayContaining([
      'etc/modprobe.d/hello.conf',
      'lib/modules/RELEASE/modules.alias',
      'lib/modules/RELEASE/modules.builtin',
      'lib/modules/RELEASE/modules.dep',
      'lib/modules/RELEASE/modules.dep.bb',
      'lib/modules/RELEASE/modules.dep.bin',
      'lib/modules/RELEASE/updates/hello.ko',
    ]),
  );
  // Files that only gdb reads stay on the host.
  expect(existsSync(at('dist/hello/hello.ko.debug'))).toBe(true);
});

it(
  'rebuilds after an edit the module, what has it and what boots that, and not the kernel',
  async () => {
    await withFile(FILE, read(FILE).replace('Hello, %s!', 'Hello again, %s!'), async () => {
      const { tasks, output } = await run('run', 'virt-arm64-hello:test');
      expect(tasks).toMatchObject({
        'kernel:config': 'hit',
        'kernel:build': 'hit',
        'busybox:build': 'hit',
        'hello:build': 'ran',
        'rootfs-hello:build': 'ran',
        'virt-arm64-hello:test': 'ran',
      });
      expect(output).toContain('got "Hello again, board!');
    });
    // make judges by content: nothing is compiled for the old text that came back, if not for its time.
    expect((await succeed('run', 'virt-arm64-hello:test')).tasks).toMatchObject({ 'hello:build': 'hit' });
  },
  5 * MINUTES,
);

it(
  'loads modules that need another by any modprobe, from an initramfs with a plain /init',
  async () => {
    const first =
      'void first_greets(const char *who);\nvoid first_greets(const char *who) { pr_info("first greets %s\\n", who); }\n';
    const end = 'MODULE_LICENSE("GPL");\n';
    write(
      'examples/pair/first.c',
      `#define pr_fmt(text) text\n#include <linux/module.h>\n${first}EXPORT_SYMBOL_GPL(first_greets);\n${end}`,
    );
    write(
      'examples/pair/second.c',
      `#include <linux/module.h>\nvoid first_greets(const char *who);\nstatic char *who = "nobody";\nmodule_param(who, charp, 0);\n` +
        `static int __init start(void) { first_greets(who); return 0; }\nmodule_init(start);\n${end}`,
    );
    write('examples/pair/Kbuild', 'obj-m := second.o first.o\n');
    const project = (name: string, executor: string, options: Options, target = 'build') =>
      JSON.stringify({ name, targets: { [target]: { executor: `@bringup/nx:${executor}`, options } } });
    write('examples/pair/project.json', project('pair', 'kernel-module', { kernel: 'kernel' }));
    const modules = [
      { project: 'pair', names: ['second'], parameters: { who: 'the two of us' } },
      { kernel: 'kernel', names: ['efivarfs'], load: false },
    ];
    const options = { arch: 'arm64', busybox: 'busybox', init: 'script', modules };
    write('examples/rootfs-pair/project.json', project('rootfs-pair', 'initramfs', options));
    const board = {
      run: {
        executor: '@bringup/nx:qemu',
        options: { arch: 'arm64', kernel: 'kernel', initramfs: 'rootfs-pair' },
      },
      test: {
        options: {
          commands: [
            { run: 'dmesg', expect: 'first greets the two of us' },
            { run: 'cut -d" " -f1 /proc/modules', expect: '^second\\nfirst\\n$' },
            { run: 'find /lib/modules -name efivarfs.ko', expect: 'kernel/fs/efivarfs/efivarfs.ko' },
          ],
        },
      },
    };
    write('examples/boards/pair/project.json', JSON.stringify({ name: 'pair-board', targets: board }));
    await succeed('run', 'pair-board:test');
  },
  5 * MINUTES,
);

it.each<[string, () => Promise<void>]>([
  [
    'a syntax error, by file and line',
    async () =>
      withFile(FILE, read(FILE).replace('return 0;\n}', 'return 0\n}'), async () => {
        expect(await fail('run', 'hello:build')).toMatch(
          /hello: hello does not compile:\n(.*\n)*.*examples\/hello\/hello\.c:20:17: error: expected ';'/,
        );
      }),
  ],
  [
    'a symbol that the kernel does not export',
    async () =>
      withFile(
        FILE,
        read(FILE)
          .replace('pr_info("', 'kernel_restart_nosuch();\n\tpr_info("')
          .replace('static char *who', 'void kernel_restart_nosuch(void);\nstatic char *who'),
        async () => {
          expect(await fail('run', 'hello:build')).toContain(
            'the kernel kernel exports no kernel_restart_nosuch',
          );
        },
      ),
  ],
  [
    'a licence that may not use what it uses',
    async () =>
      withFile(
        FILE,
        read(FILE)
          .replace('"GPL"', '"Proprietary"')
          .replace('return 0;\n}\n\nstatic void', 'synchronize_rcu();\n\treturn 0;\n}\n\nstatic void')
          .replace('#include <linux/proc_fs.h>', '#include <linux/proc_fs.h>\n#include <linux/rcupdate.h>'),
        async () => {
          expect(await fail('run', 'hello:build')).toMatch(
            /modpost refuses hello:\n.*GPL-incompatible module hello\.ko/,
          );
        },
      ),
  ],
  [
    'a parameter that it does not have',
    async () =>
      withOptions(
        'rootfs-hello',
        { modules: [{ project: 'hello', parameters: { whom: 'x' } }] },
        async () => {
          expect(await fail('run', 'rootfs-hello:build')).toContain(
            'hello has no parameter whom. Its parameters: who',
          );
        },
      ),
  ],
  [
    'a module that the kernel does not have, with those that are near',
    async () =>
      withOptions('rootfs-hello', { modules: [{ kernel: 'kernel', names: ['efivars'] }] }, async () => {
        expect(await fail('run', 'rootfs-hello:build')).toMatch(
          /kernel has no module efivars\. Near: efivarfs/,
        );
      }),
  ],
  [
    'a board with another kernel',
    async () =>
      withOptions('boards/virt-arm64-hello', { kernel: 'kernel-embedded' }, async () => {
        const output = await fail('run', 'virt-arm64-hello:command');
        expect(output).toContain(
          'boots the kernel kernel-embedded, but the modules in rootfs-hello (hello) are built for kernel',
        );
      }),
  ],
  [
    'a module that was built for another kernel',
    async () => {
      const overlay = 'examples/rootfs-hello/overlay/lib/modules/5.10.0-other/extra';
      mkdirSync(at(overlay), { recursive: true });
      cpSync(at('dist/hello/hello.ko'), at(`${overlay}/hello.ko`));
      await withOptions('rootfs-hello', { overlays: ['{projectRoot}/overlay'] }, async () => {
        const output = await fail('run', 'rootfs-hello:build');
        expect(output).toMatch(
          /extra\/hello\.ko: was built for the kernel 6\.\S+ \(vermagic ".*"\), and the kernel 5\.10\.0-other would refuse it/,
        );
      });
      rmSync(at('examples/rootfs-hello/overlay'), { recursive: true });
    },
  ],
  [
    'a kernel without modules',
    async () => {
      // Written by hand as the kernel would publish it: building another kernel takes minutes.
      const config = read('dist/kernel/.config').replace('CONFIG_MODULES=y', '# CONFIG_MODULES is not set');
      const manifest = JSON.parse(read('dist/kernel/config.manifest.json')) as { artifacts: object };
      const sha256 = createHash('sha256').update(config).digest('hex');
      Object.assign(manifest.artifacts, { '.config': { bytes: Buffer.byteLength(config), sha256 } });
      await withFile('dist/kernel/.config', config, () =>
        withFile('dist/kernel/config.manifest.json', JSON.stringify(manifest), async () => {
          const output = await fail('run', 'hello:build', '--exclude-task-dependencies');
          expect(output).toMatch(/kernel kernel cannot load modules: CONFIG_MODULES is off.*preset:modules/);
        }),
      );
    },
  ],
])('refuses %s', async (_what, work) => work(), 5 * MINUTES);
