import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { recipeOf } from '@bringup/kbuild';
import { FileTree, writeInitramfs, writeTar } from '@bringup/rootfs';
import { diskImageDefaults, type DiskImageOptions } from '../../generated/disk-image-options.js';
import type { ProjectLike } from '../../workspace/declaration.js';
import { makeTask, makeWorkspace, writeManifests } from '../../testing/workspace.js';
import { planDiskImage } from './disk-image.js';

type Partition = DiskImageOptions['partitions'][number];

const schema = JSON.parse(readFileSync(join(__dirname, 'schema.json'), 'utf8'));

const declared = (kind: string, arch = 'arm64'): Omit<ProjectLike, 'name'> => ({
  root: kind,
  targets: { build: { executor: `@bringup/nx:${kind}`, options: { arch, compression: 'none' } } },
});
const PROJECTS = {
  linux: declared('kernel'),
  root: declared('initramfs'),
  box: declared('busybox'),
  pc: declared('kernel', 'x86_64'),
};

const root = makeWorkspace({
  'dist/linux/Image': 'a kernel',
  'dist/pc/bzImage': 'a kernel',
  'overlay/etc/issue': 'issue',
});
const treeOf = (path: string) => new FileTree().add({ type: 'directory', path, mode: 0o755, uid: 0, gid: 0 });
beforeAll(async () => {
  await writeInitramfs(treeOf('from-root'), join(root, 'dist/root/initramfs.cpio'), { compression: 'none' });
  await writeTar(treeOf('from-box'), join(root, 'dist/box/busybox.tar'));
  writeManifests(root, ...Object.keys(PROJECTS).map((name) => `dist/${name}`));
});

const plan = (partition: Partial<Partition>, options: Partial<DiskImageOptions> = {}) =>
  planDiskImage(makeTask(root, 'disk', PROJECTS), {
    ...diskImageDefaults,
    arch: 'arm64',
    partitions: [{ fileSystem: 'ext4', ...partition }],
    ...options,
  });
const recipe = async (...args: Parameters<typeof plan>) => recipeOf([...(await plan(...args)).ingredients]);

const boot = { kernel: 'linux', loaders: ['extlinux' as const] };

/** Each option, and a value of it that makes another image. */
const CHANGES: Required<{ [K in keyof Partition]: Partial<Partition> }> = {
  name: { name: 'other' },
  type: { type: 'data' },
  fileSystem: { fileSystem: 'ext2' },
  label: { label: 'other' },
  size: { size: '64M' },
  margin: { margin: 1 },
  start: { start: '4M' },
  bootable: { bootable: true },
  initramfs: { initramfs: 'root' },
  busybox: { busybox: 'box' },
  overlays: { overlays: ['overlay'] },
  files: { files: [{ path: 'issue', from: 'overlay/etc/issue' }] },
  directories: { directories: [{ path: 'a' }] },
  devices: { devices: [{ path: 'null', kind: 'char', major: 1, minor: 3 }] },
  symlinks: { symlinks: [{ path: 'a', target: 'b' }] },
  permissions: { directories: [{ path: 'a' }], permissions: [{ path: 'a', uid: 1 }] },
  boot: { fileSystem: 'fat', boot },
};

describe('the recipe of a disk', () => {
  it.each(Object.entries(CHANGES))('is another one with another %s', async (name, change) => {
    const without = name === 'permissions' ? { directories: [{ path: 'a' }] } : {};
    expect(await recipe(change)).not.toBe(await recipe(without));
    expect(await recipe(change)).toBe(await recipe(change));
  });

  it('covers every option of the schema', () => {
    expect(Object.keys(CHANGES).sort()).toEqual(
      Object.keys(schema.properties.partitions.items.properties).sort(),
    );
  });

  it.each([{ table: 'mbr' }, { format: 'vdi' }, { size: '96M' }] as const)(
    'is another one with %j',
    async (change) => {
      expect(await recipe({}, change)).not.toBe(await recipe({}));
    },
  );

  it.each([
    { kernel: 'linux', loaders: ['boot-script'] },
    { kernel: 'linux', loaders: ['extlinux'], append: 'quiet' },
    { kernel: 'linux', loaders: ['extlinux'], initramfs: 'root' },
  ] satisfies Partition['boot'][])('is another one with boot %j', async (other) => {
    expect(await recipe({ fileSystem: 'fat', boot: other })).not.toBe(
      await recipe({ fileSystem: 'fat', boot }),
    );
  });
});

it('calls the image by its format', async () => {
  const names = ['raw', 'qcow2', 'qcow2-compressed', 'vmdk', 'vdi'] as const;
  const found = await Promise.all(names.map(async (format) => (await plan({}, { format })).name));
  expect(found).toEqual(['disk.img', 'disk.qcow2', 'disk.qcow2', 'disk.vmdk', 'disk.vdi']);
});

it.each<[string, Partial<Partition>, RegExp]>([
  ['size', {}, /size/],
  ['name', { name: 'x' }, /option "name"/],
  ['start', { start: '1M' }, /option "start"/],
  ['syslinux', { fileSystem: 'fat', boot: { kernel: 'pc', loaders: ['syslinux'] } }, /syslinux/],
])('without a table refuses %s', async (what, partition, message) => {
  const arch = what === 'syslinux' ? 'x86_64' : 'arm64';
  const options = { arch, table: 'none', ...(what === 'size' ? { size: '64M' } : {}) } as const;
  await expect(plan(partition, options)).rejects.toMatchObject({
    code: 'BAD_PARTITION',
    message: expect.stringMatching(message),
  });
});
