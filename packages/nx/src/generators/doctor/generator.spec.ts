import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hostPackages, reportHost } from '../../host/host-report.js';
import { GeneratedWorkspace } from '../workspace.js';
import { virtualWorkspace, type VirtualWorkspace } from '../../testing/virtual-workspace.js';
import { project } from '../../testing/workspace.js';
import { formatReport } from './generator.js';

let workspace: VirtualWorkspace;
beforeEach(() => {
  workspace = virtualWorkspace();
});

/** A host that has everything but this. */
const without =
  (...missing: string[]) =>
  async ({ name }: { name: string }) =>
    missing.includes(name) ? undefined : `${name} 1.0`;

const report = (probe?: Parameters<typeof reportHost>[2]) =>
  reportHost(new GeneratedWorkspace(workspace.tree).declarations(), '/ws', probe ?? without());

it.each([
  [
    'kernel',
    [
      ...[
        'aarch64-linux-gnu-gcc',
        'aarch64-linux-gnu-libc.a',
        'bc',
        'flex',
        'qemu-system-aarch64',
        'setpriv',
      ],
      ...['dtc', 'gdb for arm64', 'gzip', 'ncurses.h', 'readelf', 'tar'],
    ],
  ],
  ['u-boot', ['dtc', 'mcopy', 'mmd', 'openssl/evp.h', 'sfdisk']],
  ['uefi', ['mcopy', 'mmd', 'uefi-aarch64']],
  ['disk', ['blkid', 'e2fsck', 'fakeroot', 'mke2fs', 'qemu-img']],
  ['iso', ['fakeroot', 'mmd', 'uefi-aarch64', 'xorriso']],
])('a board by %s needs %j', async (boot, wanted) => {
  await workspace.generate('board', { name: 'b', arch: 'arm64', boot });
  const { needs } = await report();
  expect(needs.map(({ name }) => name)).toEqual(expect.arrayContaining(wanted));
  expect(needs.filter(({ debian }) => debian === undefined)).toEqual([]);
});

/** Packages that those of the guide depend on, and packages that every Debian has. */
const BROUGHT = [
  ...['binutils-aarch64-linux-gnu', 'libc6-dev-arm64-cross'],
  ...['bzip2', 'dpkg-dev', 'gcc', 'libc6-dev', 'make', 'patch', 'perl', 'xz-utils'],
  ...['apt', 'dpkg', 'gzip', 'tar', 'util-linux'],
];

it('the line of the first guide installs what its board needs', async () => {
  const guide = readFileSync(join(__dirname, '../../../../../docs/guides/getting-started.md'), 'utf8');
  const line = /^apt install (.*)$/m.exec(guide)![1]!.split(' ');
  await workspace.generate('board', { name: 'b', arch: 'arm64' });
  const wanted = await hostPackages(new GeneratedWorkspace(workspace.tree).declarations(), '/ws');
  expect(wanted.filter((name) => ![...line, ...BROUGHT].includes(name))).toEqual([]);
});

it.each([
  ['https://x/linux.git', ['git']],
  ['ssh://git@x/linux.git', ['git', 'ssh']],
])('a kernel from %s needs %j', async (source, wanted) => {
  await workspace.generate('kernel', { name: 'k', arch: 'arm64', source, tag: 'v1' });
  const names = (await report()).needs.map(({ name }) => name);
  expect(names.filter((name) => ['git', 'ssh', 'apt-get'].includes(name))).toEqual(wanted);
});

it('a PC needs what only PCs do', async () => {
  await workspace.generate('board', { name: 'b', arch: 'x86_64', boot: 'bios' });
  const names = (await report()).needs.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['gdb for x86_64', 'gelf.h', 'syslinux', 'syslinux-mbr']));
  expect(names).not.toContain('dtc');
});

const source = { kind: 'directory', path: 'linux' };
const sha256 = 'a'.repeat(64);
const DECLARED: [what: string, executor: string, options: object, wanted: string[], unwanted: string[]][] = [
  [
    'shares by virtiofs',
    'qemu',
    { shares: [{ type: 'virtiofs', path: 'a', tag: 'a' }] },
    ['unshare', 'virtiofsd'],
    ['smbd'],
  ],
  [
    'a share by smb',
    'qemu',
    { shares: [{ type: 'smb', path: 'a', writable: true }] },
    ['smbd'],
    ['virtiofsd'],
  ],
  ['a share by 9p', 'qemu', { shares: [{ path: 'a', tag: 'a' }] }, ['setpriv'], ['smbd', 'virtiofsd']],
  ['a drive', 'qemu', { drives: [{ file: 'a.img', format: 'raw' }] }, ['qemu-img'], []],
  ['no drive', 'qemu', {}, [], ['qemu-img']],
  ['modules', 'initramfs', { modules: [{ kernel: 'k', names: ['a'] }] }, ['depmod'], []],
  ['names of modules', 'initramfs', { modules: ['a'] }, [], ['depmod']],
  [
    'a bz2 tarball',
    'busybox',
    { source: { kind: 'tarball', url: 'http://x/b.tar.bz2', sha256 } },
    ['bzip2'],
    ['xz'],
  ],
  [
    'a mirrored tarball',
    'busybox',
    { source: { kind: 'tarball', url: ['http://x/b', 'b.xz'], sha256 } },
    ['tar'],
    [],
  ],
  [
    'a squashfs',
    'disk-image',
    { partitions: [{ fileSystem: 'squashfs' }] },
    ['unsquashfs', 'fakeroot'],
    ['e2fsck'],
  ],
  ['defconfig', 'kernel', { source }, ['openssl/evp.h'], []],
  ['tinyconfig', 'kernel', { source, base: 'tinyconfig' }, ['ncurses.h'], ['openssl/evp.h']],
  ['LLVM', 'kernel', { source, llvm: true }, ['clang', 'ld.lld'], ['aarch64-linux-gnu-gcc']],
  ['a ROM', 'u-boot', { source, arch: 'x86_64' }, ['Python.h', 'python3', 'setuptools', 'swig'], []],
];
it.each(DECLARED)('%s: %s %j needs %j, and not %j', async (_what, executor, options, wanted, unwanted) => {
  workspace.tree.write(
    'a/project.json',
    JSON.stringify(project('a', executor, { arch: 'arm64', ...options })),
  );
  const found = await report();
  const names = found.needs.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(wanted));
  expect(names.filter((name) => unwanted.includes(name))).toEqual([]);
  expect(found.needs.filter(({ debian }) => debian === undefined)).toEqual([]);
});

it("finds a board's gdb by its kernel's compiler, and leaves it out of what pipelines install", async () => {
  await workspace.generate('board', { name: 'b', arch: 'arm64' });
  const declarations = new GeneratedWorkspace(workspace.tree).declarations();
  const { needs } = await report();
  expect(needs.find(({ kind }) => kind === 'gdb')).toMatchObject({
    ...{ arch: 'arm64', prefix: 'aarch64-linux-gnu-', neededBy: ['b:debug'], debian: 'gdb-multiarch' },
  });
  expect(needs.find(({ name }) => name === 'ncurses.h')!.neededBy).toContain('kernel-arm64:menuconfig');
  const packages = await hostPackages(declarations, '/ws');
  expect(packages).toEqual(expect.arrayContaining(['qemu-system-arm', 'flex']));
  expect(packages).not.toEqual(expect.arrayContaining(['gdb-multiarch']));
  expect(packages).not.toEqual(expect.arrayContaining(['libncurses-dev']));
});

it('says what is missing, who needs it, and what installs it', async () => {
  await workspace.generate('board', { name: 'b', arch: 'arm64' });
  const found = await report(without('flex', 'aarch64-linux-gnu-gcc'));
  expect(found.missing).toEqual(['aarch64-linux-gnu-gcc', 'flex']);
  expect(found.install.fedora).toBe('dnf install flex gcc-aarch64-linux-gnu');
  expect(found.install.arch).toBe('pacman -S aarch64-linux-gnu-gcc flex');
  const text = formatReport(found, 'fedora');
  expect(text).toMatch(/^MISSING {2}flex +needed by kernel-arm64$/m);
  expect(text).toMatch(/^ok {7}make +make 1\.0$/m);
  expect(text).toMatch(
    /Install what is missing:\n {2}dnf install flex gcc-aarch64-linux-gnu {3}\(Fedora\)\n$/,
  );
  expect(formatReport(found, undefined)).toMatch(/apt-get .*\n.*dnf .*\n.*pacman /);
  expect(formatReport(await report(), 'debian')).toMatch(/Nothing is missing\.\n$/);
});

it('looks at variants as well, and leaves them out of what pipelines install', async () => {
  const json = project('a', 'kernel', { arch: 'arm64', source, base: 'tinyconfig' });
  const configurations = { llvm: { llvm: true }, debug: { extraFragments: ['preset:debug'] } };
  const targets = { build: { ...json.targets.build, configurations } };
  workspace.tree.write('a/project.json', JSON.stringify({ ...json, targets }));
  const { needs } = await report();
  const by = (wanted: string) => needs.find(({ name }) => name === wanted)?.neededBy;
  expect([by('make'), by('clang')]).toEqual([['a'], ['a -c llvm']]);
  const packages = await hostPackages(new GeneratedWorkspace(workspace.tree).declarations(), '/ws');
  expect(packages).toContain('make');
  expect(packages).not.toContain('clang');
});

it('names the project whose options are wrong', async () => {
  workspace.tree.write('a/project.json', JSON.stringify(project('a', 'kernel', { arch: 'arm46', source })));
  await expect(report()).rejects.toMatchObject({
    code: 'UNKNOWN_VALUE',
    message: expect.stringMatching(/^a: arch: "arm46" is none of/),
  });
  workspace.tree.write('a/project.json', JSON.stringify(project('a', 'kernel', { arch: 'arm64' })));
  await expect(report()).rejects.toMatchObject({ message: expect.stringMatching(/^a: source is missing/) });
});

it('needs nothing where there is nothing', async () => {
  expect(formatReport(await report(), 'debian')).toMatch(/nothing is needed/);
});

it('looks at the real host', async () => {
  await workspace.generate('busybox', { name: 'b', arch: 'x86_64' });
  const { needs } = await reportHost(new GeneratedWorkspace(workspace.tree).declarations(), '/ws');
  expect(needs.find(({ name }) => name === 'make')).toMatchObject({
    version: expect.stringMatching(/^GNU Make/),
  });
  expect(needs.find(({ name }) => name === 'stdio.h')).toMatchObject({ version: 'found' });
});
