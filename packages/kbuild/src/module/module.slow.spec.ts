import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { UserError } from '@bringup/process';
import { build } from '../build/build.js';
import { configure } from '../configuration/configure.js';
import { buildLog } from '../kept-output/index.js';
import { KCONFIG_PROGRAMS } from '../programs/programs.js';
import { buildModule, type ModuleRequest } from './build-module.js';
import { parseKbuildDependencies } from './read-files.js';
import { prepareKernel } from './prepare-kernel.js';
import { archiveTreeModules, planTreeModules } from './tree-modules.js';

const FIXTURE = join(__dirname, '..', '..', 'fixtures', 'fake-kernel');
const root = mkdtempSync(join(tmpdir(), 'bringup-module-spec-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let count = 0;
const HELLO =
  '#include "own.h"\n#include <generated/fakeconf.h>\nvoid printk(void);\nvoid hello(void) { printk(); }\n';

/** A kernel with modules in a directory of its own, a module in another; everything real but the kernel's size. */
async function setUp(files: Record<string, string> = {}, config = 'CONFIG_MODULES=y\n') {
  const directory = join(root, String(count++));
  const write = (path: string, content: string) => {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  };
  const all = { 'hello/hello.c': HELLO, 'hello/own.h': '', 'hello/Kbuild': 'obj-m := hello.o\n', ...files };
  for (const [path, content] of Object.entries(all)) write(path, content);
  const make = (out: string) => ({
    arch: 'x86_64' as const,
    variables: ['ARCH=x86_64'],
    crossCompile: 'x86_64-linux-gnu-',
    llvm: false,
    source: { path: FIXTURE, identity: 'fake', epoch: 1 },
    out: join(directory, 'kept', out),
    jobs: 2,
  });
  const kernel = async (text: string) => {
    write('f.config', text);
    const { text: resolved } = await configure({
      program: KCONFIG_PROGRAMS.kernel,
      make: make('config'),
      tools: {},
      base: { kind: 'goal', goal: 'tinyconfig' },
      fragments: [{ kind: 'file', path: join(directory, 'f.config'), shown: 'f.config' }],
    });
    const artifacts = await build({
      program: KCONFIG_PROGRAMS.kernel,
      make: make('out'),
      tools: {},
      config: resolved,
      extra: planTreeModules(resolved),
      label: 'kernel',
    });
    return { config: resolved, artifacts };
  };
  const request: ModuleRequest = {
    make: make('modules'),
    tools: {},
    directory,
    root: 'hello',
    files: Object.keys(all),
    staging: join(directory, 'kept/hello'),
    project: 'hello',
    kernel: 'kernel',
  };
  const moduleFor = async (text: string, more: Partial<ModuleRequest> = {}) => {
    const { config: resolved, artifacts } = await kernel(text);
    const symbols = artifacts['Module.symvers'] ?? '';
    await prepareKernel({ make: make('modules'), tools: {}, config: resolved, symbols, label: 'kernel' });
    return buildModule({ ...request, ...more });
  };
  return { directory, write, make, kernel, request, moduleFor, built: () => moduleFor(config) };
}

const sectionsOf = (file: string) =>
  execFileSync('readelf', ['--sections', '--wide', file], { encoding: 'utf8' });
const refused = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: UserError) => ({ code: error.code, message: error.message }),
  );

describe('a module of the workspace', () => {
  it('is made twice: without debug information for the guest, and with it; nothing lies beside its sources', async () => {
    const { directory, built } = await setUp();
    const { artifacts } = await built();
    expect(Object.keys(artifacts).sort()).toEqual(['hello.ko', 'hello.ko.debug']);
    expect(sectionsOf(artifacts['hello.ko']!)).not.toContain('.debug_info');
    expect(sectionsOf(artifacts['hello.ko.debug']!)).toContain('.debug_info');
    const left = execFileSync('ls', ['-A', join(directory, 'hello')], { encoding: 'utf8' });
    expect(left.trim().split('\n')).toEqual(['Kbuild', 'hello.c', 'own.h']);
  });

  it('is the same in another directory, and names the workspace by a path of no machine', async () => {
    const [one, other] = await Promise.all([setUp(), setUp()]);
    const bytes = async ({ built }: typeof one) => readFileSync((await built()).artifacts['hello.ko.debug']!);
    const first = await bytes(one);
    expect((await bytes(other)).equals(first)).toBe(true);
    // Debug information stores its strings uncompressed.
    const strings = first.toString('latin1');
    expect(strings).toContain('/usr/src/bringup/workspace/hello/hello.c');
    expect(strings.includes(root)).toBe(false);
  });

  it('is compiled again for what it is made from, and for nothing else', async () => {
    const { write, moduleFor } = await setUp();
    const on = 'CONFIG_MODULES=y\n';
    expect((await moduleFor(on)).made).toEqual(['hello/hello.o']);
    expect((await moduleFor(on)).made).toEqual([]);
    // An option that no header of the module's has: neither prepared headers nor objects change.
    expect((await moduleFor(`${on}CONFIG_NET=y\n`)).made).toEqual([]);
    expect((await moduleFor(`${on}CONFIG_NET=y\nCONFIG_NR_CPUS=8\n`)).made).toEqual(['hello/hello.o']);
    write('hello/own.h', '#define A 1\n');
    expect((await moduleFor(`${on}CONFIG_NET=y\nCONFIG_NR_CPUS=8\n`)).made).toEqual(['hello/hello.o']);
  });

  it('loses what is no longer among its files', async () => {
    const { moduleFor, request } = await setUp();
    await moduleFor('CONFIG_MODULES=y\n');
    const files = request.files.filter((file) => !file.endsWith('own.h'));
    const error = await refused(moduleFor('CONFIG_MODULES=y\n', { files }));
    expect(error).toMatchObject({ code: 'COMPILE_FAILED' });
    expect(error!.message).toContain('hello/hello.c:1:10: fatal error: own.h: No such file or directory');
  });

  it.each<[string, Record<string, string>, string, RegExp]>([
    [
      'a syntax error',
      { 'hello/hello.c': 'int f(void)\n{ return 1 }\n' },
      'COMPILE_FAILED',
      /^hello does not compile:\n(.*\n)*.*hello\/hello\.c:2:11: error: expected ';'/,
    ],
    [
      'a symbol that the kernel does not export',
      { 'hello/hello.c': 'void nosuch(void);\nvoid f(void) { nosuch(); }\n' },
      'MODULE_UNRESOLVED',
      /^the kernel kernel exports no nosuch\. .*nx run kernel:menuconfig/,
    ],
    ['a Kbuild without a module', { 'hello/Kbuild': '# none\n' }, 'NO_MODULES', /obj-m := hello\.o/],
    [
      'a header by an absolute path',
      { 'hello/own.h': '#include "/var/tmp/HEADER"\n' },
      'FILE_NOT_LISTED',
      /HEADER/,
    ],
  ])('is refused for %s', async (_what, files, code, message) => {
    const header = join(mkdtempSync(join(root, 'outside-')), 'x.h');
    writeFileSync(header, '');
    const placed = Object.fromEntries(
      Object.entries(files).map(([path, text]) => [path, text.replace('/var/tmp/HEADER', header)]),
    );
    const { built } = await setUp(placed);
    const error = await refused(built());
    expect(error).toMatchObject({ code });
    expect(error!.message.replace(header, 'HEADER')).toMatch(message);
    expect(error!.message.replace(header, '')).not.toContain(root);
  });

  it('needs a Kbuild or Makefile, and the files that are named', async () => {
    const { moduleFor, request } = await setUp();
    const without = request.files.filter((file) => !file.endsWith('Kbuild'));
    expect(await refused(moduleFor('CONFIG_MODULES=y\n', { files: without }))).toMatchObject({
      code: 'NO_KBUILD',
      message: expect.stringContaining('no hello/Kbuild and no hello/Makefile'),
    });
    expect(
      await refused(moduleFor('CONFIG_MODULES=y\n', { files: [...request.files, 'hello/x.c'] })),
    ).toMatchObject({
      code: 'MODULE_FILE_MISSING',
    });
  });

  it('needs a kernel with CONFIG_MODULES', async () => {
    const { moduleFor } = await setUp();
    expect(await refused(moduleFor('CONFIG_NET=y\n'))).toMatchObject({
      code: 'MODULES_OFF',
      message: expect.stringMatching(/CONFIG_MODULES is off.*preset:modules/),
    });
  });
});

describe('a kernel', () => {
  it('has symbol versions and an archive of its modules when it has modules', async () => {
    const { kernel, make } = await setUp();
    const { config, artifacts } = await kernel('CONFIG_MODULES=y\n');
    expect(readFileSync(artifacts['Module.symvers']!, 'utf8')).toContain('\tprintk\tvmlinux\t');
    const archives = await archiveTreeModules({ make: make('out'), config });
    const listing = execFileSync('tar', ['tf', archives['modules.tar']!], { encoding: 'utf8' });
    expect(listing).toContain('./lib/modules/6.1.0-fake/modules.builtin\n');
    expect(Object.keys(archives)).toEqual(['modules.tar']);
  });

  it('has neither without CONFIG_MODULES', async () => {
    const { kernel, make } = await setUp();
    const { config, artifacts } = await kernel('CONFIG_NET=y\n');
    expect(Object.keys(artifacts)).not.toContain('Module.symvers');
    expect(await archiveTreeModules({ make: make('out'), config })).toEqual({});
  });

  it('is prepared for modules once for each configuration', async () => {
    const { moduleFor, make } = await setUp();
    await moduleFor('CONFIG_MODULES=y\n');
    const log = buildLog(make('modules').out);
    const before = statSync(log).mtimeMs;
    await moduleFor('CONFIG_MODULES=y\n');
    expect(statSync(log).mtimeMs).toBe(before);
    await moduleFor('CONFIG_MODULES=y\nCONFIG_NET=y\n');
    expect(statSync(log).mtimeMs).not.toBe(before);
  });
});

it('reads the prerequisites that fixdep wrote', () => {
  const text = `savedcmd_/w/hello.o := gcc -Wp,-MMD,/w/.hello.o.d -c -o /w/hello.o /w/hello.c

source_/w/hello.o := /w/hello.c

deps_/w/hello.o := \\
    $(wildcard include/config/SMP) \\
  /src/include/linux/init.h \\
    $(wildcard include/config/A_B) \\
  include/generated/autoconf.h \\

/w/hello.o: $(deps_/w/hello.o)

$(deps_/w/hello.o):
`;
  expect(parseKbuildDependencies(text)).toEqual([
    '/w/hello.c',
    '/src/include/linux/init.h',
    'include/generated/autoconf.h',
  ]);
});
