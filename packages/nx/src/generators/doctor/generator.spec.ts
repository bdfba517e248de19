import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hostPackages, reportHost } from '../../execution/host-report.js';
import { GeneratedWorkspace } from '../workspace.js';
import { virtualWorkspace, type VirtualWorkspace } from '../../testing/virtual-workspace.js';
import { formatReport } from './generator.js';

jest.setTimeout(60_000);

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
    ['aarch64-linux-gnu-gcc', 'aarch64-linux-gnu-libc.a', 'bc', 'flex', 'qemu-system-aarch64', 'setpriv'],
  ],
  ['u-boot', ['dtc', 'mcopy', 'openssl/evp.h', 'sfdisk']],
  ['uefi', ['mcopy', 'uefi-aarch64']],
  ['disk', ['mke2fs', 'qemu-img']],
  ['iso', ['uefi-aarch64', 'xorriso']],
])('a board by %s needs %j', async (boot, wanted) => {
  await workspace.generate('board', { name: 'b', arch: 'arm64', boot });
  const { needs } = await report();
  expect(needs.map(({ name }) => name)).toEqual(expect.arrayContaining(wanted));
  expect(needs.filter(({ debian }) => debian === undefined)).toEqual([]);
});

/** What comes with packages that the guide names, and what no Debian is without. */
const BROUGHT = [
  ...['binutils-aarch64-linux-gnu', 'libc6-dev-arm64-cross'],
  ...['dpkg-dev', 'gcc', 'libc6-dev', 'make', 'patch', 'perl', 'xz-utils'],
  ...['apt', 'dpkg', 'tar', 'util-linux'],
];

it('the line of the first guide installs what its board needs', async () => {
  const guide = readFileSync(join(__dirname, '../../../../../docs/guides/getting-started.md'), 'utf8');
  const line = /^apt install (.*)$/m.exec(guide)![1]!.split(' ');
  await workspace.generate('board', { name: 'b', arch: 'arm64' });
  const wanted = hostPackages(new GeneratedWorkspace(workspace.tree).declarations(), '/ws');
  expect(wanted.filter((name) => ![...line, ...BROUGHT].includes(name))).toEqual([]);
});

it.each([
  ['https://x/linux.git', ['git']],
  ['ssh://git@x/linux.git', ['git', 'ssh']],
])('a kernel from %s needs %j', async (source, wanted) => {
  await workspace.generate('kernel', { name: 'k', arch: 'arm64', source, tag: 'v1' });
  const names = (await report()).needs.map(({ name }) => name);
  expect(names.filter((name) => ['git', 'ssh', 'tar', 'apt-get'].includes(name))).toEqual(wanted);
});

it('a PC needs what only PCs do', async () => {
  await workspace.generate('board', { name: 'b', arch: 'x86_64', boot: 'bios' });
  const names = (await report()).needs.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['gelf.h', 'syslinux', 'syslinux-mbr']));
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
