import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, type BuildRequest } from './build.js';
import { buildLog } from '../kept-output/index.js';
import { configure, type ConfigureRequest } from '../configuration/configure.js';
import { planDtbs } from './dtbs.js';
import { EMBEDDED_INITRAMFS, EMBEDDED_INITRAMFS_LINES } from './embedded-initramfs.js';
import type { FragmentReference } from '../configuration/fragments.js';
import { archiveInstallTree } from './install-tree.js';
import { KCONFIG_PROGRAMS } from '../programs/programs.js';

const fixtures = join(__dirname, '../../fixtures');
const root = mkdtempSync(join(tmpdir(), 'bringup-engine-spec-'));
let count = 0;

/** A setting over the fake tree: a real Kconfig, resolved by a real conf, compiled by a real gcc. */
function setUp(program: 'kernel' | 'busybox' = 'kernel') {
  const directory = join(root, String(count++));
  mkdirSync(directory);
  const make = (step: string) => ({
    arch: 'x86_64' as const,
    variables: ['ARCH=x86_64'],
    crossCompile: 'x86_64-linux-gnu-',
    llvm: false,
    source: { path: join(fixtures, `fake-${program}`), identity: 'fake', epoch: 1 },
    out: join(directory, step),
    jobs: 2,
  });
  const fragment = (text: string): FragmentReference => {
    writeFileSync(join(directory, 'f.config'), text);
    return { kind: 'file', path: join(directory, 'f.config'), shown: 'f.config' };
  };
  const configureWith = (text: string, more: Partial<ConfigureRequest> = {}) =>
    configure({
      program: KCONFIG_PROGRAMS[program],
      make: make('config'),
      tools: {},
      base: { kind: 'goal', goal: program === 'kernel' ? 'tinyconfig' : 'defconfig' },
      fragments: [fragment(text)],
      ...more,
    });
  const buildWith = (config: string, more: Partial<BuildRequest> = {}) =>
    build({
      program: KCONFIG_PROGRAMS[program],
      make: make('out'),
      tools: {},
      config,
      label: 'fake',
      ...more,
    });
  return { directory, make, configureWith, buildWith };
}

const compiled = (out: string) =>
  readFileSync(buildLog(out), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('  CC'))
    .map((line) => line.replace(/ {2}CC +/, ''))
    .sort();

describe('configure', () => {
  it('merges fragments over the base and gives the same bytes each time', async () => {
    const { configureWith } = setUp();
    const first = await configureWith('CONFIG_NET=y\nCONFIG_BLOCK=y\nCONFIG_EXT4_FS=y\nCONFIG_NR_CPUS=8\n');
    expect(first.text).toContain('CONFIG_EXT4_FS=y\n');
    expect(first.text).toContain('CONFIG_NR_CPUS=8\n');
    expect(
      (await configureWith('CONFIG_EXT4_FS=y\nCONFIG_NR_CPUS=8\nCONFIG_BLOCK=y\nCONFIG_NET=y\n')).text,
    ).toBe(first.text);
  });

  it('fails when a request did not stick, and accepts one that is optional', async () => {
    const { configureWith } = setUp();
    await expect(configureWith('# a comment\nCONFIG_EXT4_FS=y\n')).rejects.toMatchObject({
      code: 'REQUESTS_LOST',
      message: expect.stringContaining('f.config:2: CONFIG_EXT4_FS: wanted y, got n'),
    });
    await expect(configureWith('CONFIG_NR_CPUS=100\n')).rejects.toMatchObject({ code: 'REQUESTS_LOST' });
    const { accepted } = await configureWith('# optional: no disk here\nCONFIG_EXT4_FS=y\n');
    expect(accepted.map(({ request }) => request.symbol)).toEqual(['EXT4_FS']);
  });

  it('proposes confirmed lines for each lost request, or says that there are none', async () => {
    const { configureWith } = setUp();
    const failure = configureWith(
      'CONFIG_EXT4_FS=y\nCONFIG_NR_CPUS=100\n# optional: why not\nCONFIG_NET=y\n',
    );
    await expect(failure).rejects.toMatchObject({
      message: expect.stringMatching(
        /these lines satisfy it:\n\s+CONFIG_BLOCK=y\n[^]*no lines found that give CONFIG_NR_CPUS the value 100/,
      ),
      fields: {
        fixes: [
          { symbol: 'EXT4_FS', wanted: 'y', lines: ['CONFIG_BLOCK=y'] },
          { symbol: 'NR_CPUS', wanted: '100', none: expect.stringContaining('no lines found') },
        ],
      },
    });
  });

  it('tells of overrides and of optional lines that are not needed', async () => {
    const { configureWith } = setUp();
    const { overrides, needlessOptional } = await configureWith(
      'CONFIG_NR_CPUS=2\n# optional: why not\nCONFIG_NET=y\nCONFIG_NR_CPUS=3\n',
    );
    expect(overrides.map(({ loser, winner }) => [loser.line, winner.line])).toEqual([[1, 4]]);
    expect(needlessOptional.map(({ symbol }) => symbol)).toEqual(['NET']);
  });

  it('reports a value that is none as lost in a fragment of the tree, as in kernel/configs/android-base.config', async () => {
    const { configureWith, directory } = setUp();
    const source = withDefconfigs(directory);
    writeFileSync(join(source.path, 'kernel/configs/bare.config'), 'CONFIG_LOCALVERSION=a,b\n');
    const failing = configureWith('', {
      make: { ...setUp().make('config'), source },
      fragments: [{ kind: 'tree', name: 'bare.config' }],
    });
    await expect(failing).rejects.toMatchObject({
      code: 'REQUESTS_LOST',
      message: expect.stringContaining('takes a text in double quotes'),
    });
    await expect(configureWith('CONFIG_LOCALVERSION=a,b\n')).rejects.toMatchObject({
      code: 'FRAGMENT_SYNTAX',
    });
  });

  it("merges all fragments of the tree that have a name, the arch's own last, as make NAME.config does", async () => {
    const { configureWith, directory } = setUp();
    const source = withDefconfigs(directory);
    writeFileSync(join(source.path, 'kernel/configs/tiny.config'), 'CONFIG_NR_CPUS=2\nCONFIG_NET=y\n');
    writeFileSync(join(source.path, 'arch/x86/configs/tiny.config'), 'CONFIG_NR_CPUS=3\n');
    const { text, overrides } = await configureWith('', {
      make: { ...setUp().make('config'), source },
      fragments: [{ kind: 'tree', name: 'tiny.config' }],
    });
    expect(text).toContain('CONFIG_NET=y\n');
    expect(text).toContain('CONFIG_NR_CPUS=3\n');
    expect(overrides.map(({ winner }) => winner.file)).toEqual(['tree:arch/x86/configs/tiny.config']);
  });

  it('takes fragments of the tree, options, named defconfigs and whole files', async () => {
    const { configureWith, directory } = setUp();
    const { text } = await configureWith('', {
      base: { kind: 'goal', goal: 'x86_64_defconfig' },
      make: { ...setUp().make('config'), source: withDefconfigs(directory) },
      fragments: [
        { kind: 'tree', name: 'block.config' },
        { kind: 'option', option: 'x', line: 'CONFIG_NET=y' },
      ],
    });
    expect(text).toContain('CONFIG_PRINTK=y');
    expect(text).toContain('CONFIG_BLOCK=y');
    expect(text).toContain('CONFIG_NET=y');
    writeFileSync(join(directory, 'full'), text);
    const again = await setUp().configureWith('', {
      base: { kind: 'file', path: join(directory, 'full'), shown: 'full' },
    });
    expect(again.text).toBe(text);
  });

  it.each([
    [
      'a missing fragment',
      { fragments: [{ kind: 'file', path: '/no/such.config', shown: 'such.config' }] },
      'FRAGMENT_MISSING',
    ],
    [
      'an unknown fragment of the tree',
      { fragments: [{ kind: 'tree', name: 'virt.config' }] },
      'FRAGMENT_MISSING',
    ],
    ['an unknown defconfig', { base: { kind: 'goal', goal: 'nope_defconfig' } }, 'UNKNOWN_BASE'],
    ['a missing base', { base: { kind: 'file', path: '/no/such', shown: 'such' } }, 'UNKNOWN_BASE'],
  ] as const)('refuses %s', async (_name, more, code) => {
    await expect(setUp().configureWith('', more as Partial<ConfigureRequest>)).rejects.toMatchObject({
      code,
    });
  });

  it('refuses a directory that is not a source tree', async () => {
    const { configureWith, make } = setUp();
    const source = { path: root, identity: 'x', epoch: 1 };
    await expect(configureWith('', { make: { ...make('config'), source } })).rejects.toMatchObject({
      code: 'NOT_A_SOURCE_TREE',
      message: expect.stringContaining('not a Linux kernel source tree'),
    });
  });

  it.each(['a blank', 'a:colon'])('refuses a path that make cannot take: %s', async (name) => {
    const { configureWith, buildWith, make, directory } = setUp();
    const out = join(directory, name, 'out');
    await expect(configureWith('', { make: { ...make('config'), out } })).rejects.toMatchObject({
      code: 'PATH_UNSUITABLE',
      message: expect.stringContaining('Move the workspace'),
    });
    const source = { path: join(directory, name), identity: 'x', epoch: 1 };
    await expect(buildWith('', { make: { ...make('out'), source } })).rejects.toMatchObject({
      code: 'PATH_UNSUITABLE',
      message: expect.stringContaining('BRINGUP_HOME'),
    });
  });

  it('answers the questions of the older oldconfig', async () => {
    const { text } = await setUp('busybox').configureWith('# CONFIG_VI is not set\nCONFIG_STATIC=y\n');
    expect(text).toContain('# CONFIG_VI is not set');
    expect(text).toContain('CONFIG_LS=y');
  });
});

describe('build', () => {
  it('compiles what a change needs, and nothing the second time', async () => {
    const { configureWith, buildWith, make } = setUp();
    const { text } = await configureWith('CONFIG_PRINTK=y\n');
    const artifacts = await buildWith(text);
    expect(Object.keys(artifacts).sort()).toEqual(['System.map', 'bzImage', 'vmlinux']);
    expect(compiled(make('out').out)).toEqual(['init/main.o', 'kernel/printk.o']);
    await buildWith(text);
    expect(compiled(make('out').out)).toEqual([]);
    await buildWith((await configureWith('CONFIG_PRINTK=y\nCONFIG_NET=y\n')).text);
    expect(compiled(make('out').out)).toEqual(['net/core.o']);
  });

  it('builds an initramfs in, and only links for another one', async () => {
    const { configureWith, buildWith, make, directory } = setUp();
    const option = 'embeddedInitramfs';
    const { text } = await configureWith('', {
      fragments: EMBEDDED_INITRAMFS_LINES.map((line) => ({ kind: 'option', option, line })),
    });
    const initramfs = join(directory, 'initramfs.cpio.gz');
    const imageWith = async (content: string) => {
      writeFileSync(initramfs, content);
      const { vmlinux } = await buildWith(text, { files: { [EMBEDDED_INITRAMFS]: initramfs } });
      return readFileSync(vmlinux!, 'latin1');
    };
    const packed = () =>
      readFileSync(buildLog(make('out').out), 'utf8').includes('AS      usr/initramfs_data.o');
    expect(await imageWith('the first one')).toContain('the first one');
    expect(await imageWith('another one')).toContain('another one');
    expect({ compiled: compiled(make('out').out), packed: packed() }).toEqual({ compiled: [], packed: true });
    expect(await imageWith('another one')).toContain('another one');
    expect({ compiled: compiled(make('out').out), packed: packed() }).toEqual({
      compiled: [],
      packed: false,
    });
    expect(await imageWith('the first one')).toContain('the first one');
  });

  it('makes more artifacts where it is asked to', async () => {
    const { configureWith, buildWith } = setUp();
    const { text } = await configureWith('');
    const built = await buildWith(text, { extra: planDtbs('x86_64', ['board', 'acme/rocket']) });
    expect(Object.keys(built).sort()).toEqual([
      'System.map',
      'board.dtb',
      'bzImage',
      'rocket.dtb',
      'vmlinux',
    ]);
    expect(readFileSync(built['rocket.dtb']!, 'utf8')).toContain('acme board');
  });

  it('makes again what a killed make may have left half-written, and everything when the tools changed', async () => {
    const { configureWith, buildWith, make } = setUp();
    const { text } = await configureWith('CONFIG_PRINTK=y\n');
    await buildWith(text);
    const { out } = make('out');
    writeFileSync(`${out}.running`, readFileSync('/proc/sys/kernel/random/boot_id'));
    writeFileSync(join(out, 'init/main.o'), 'half an object');
    const notes: string[] = [];
    await buildWith(text, { onNote: (note) => notes.push(note) });
    expect(notes).toEqual([expect.stringContaining('killed while make ran')]);
    expect(compiled(out)).toEqual(['init/main.o']);
    expect(existsSync(`${out}.running`)).toBe(false);
    await buildWith(text, { tools: { gcc: 'another' } });
    expect(compiled(out)).toEqual(['init/main.o', 'kernel/printk.o']);
  });

  it('starts afresh when the machine went down while make ran', async () => {
    const { configureWith, buildWith, make } = setUp();
    const { text } = await configureWith('CONFIG_PRINTK=y\n');
    await buildWith(text);
    writeFileSync(`${make('out').out}.running`, 'of an earlier boot');
    const notes: string[] = [];
    await buildWith(text, { onNote: (note) => notes.push(note) });
    expect(notes).toEqual(['the last build was cut off: starting afresh']);
    expect(compiled(make('out').out)).toEqual(['init/main.o', 'kernel/printk.o']);
  });

  it('fails with the last lines of make, and builds on after the cause is gone', async () => {
    const { configureWith, buildWith, make, directory } = setUp();
    const { text } = await configureWith('');
    const source = { path: join(directory, 'broken'), identity: 'fake', epoch: 1 };
    cpSync(join(fixtures, 'fake-kernel'), source.path, { recursive: true });
    writeFileSync(join(source.path, 'init/main.c'), 'int broken = ;\n');
    const failing = buildWith(text, { make: { ...make('out'), source } });
    await expect(failing).rejects.toMatchObject({
      code: 'TOOL_FAILED',
      message: expect.stringContaining('expected expression'),
    });
    expect(existsSync(`${make('out').out}.running`)).toBe(false);
  });

  it('keeps the paths of this machine out of debug information', async () => {
    const { configureWith, buildWith } = setUp();
    const { vmlinux } = await buildWith((await configureWith('')).text);
    const strings = execFileSync('strings', ['-a', vmlinux!], { encoding: 'utf8' });
    expect(strings).toContain('/usr/src/bringup/out');
    expect(strings.split('\n').filter((line) => line.includes(root) || line.includes(fixtures))).toEqual([]);
  });
});

it('archives an install tree to the same bytes each time', async () => {
  const archives = await Promise.all(
    [0, 1].map(async () => {
      const { configureWith, buildWith, make } = setUp('busybox');
      await buildWith((await configureWith('')).text);
      return readFileSync(await archiveInstallTree({ make: make('out'), static: true }));
    }),
  );
  expect(archives[0]!.equals(archives[1]!)).toBe(true);
  const names = execFileSync('tar', ['tf', '-'], { input: archives[0], encoding: 'utf8' });
  expect(names).toContain('./bin/busybox');
  expect(names).toContain('./sbin/init');
});

/** The fake tree with its defconfigs where `arch/ARCH/configs` of make's own ARCH finds them. */
function withDefconfigs(directory: string) {
  const path = join(directory, 'tree');
  cpSync(join(fixtures, 'fake-kernel'), path, { recursive: true });
  cpSync(join(path, 'arch/x86'), join(path, 'arch/x86_64'), { recursive: true });
  return { path, identity: 'copy', epoch: 1 };
}
