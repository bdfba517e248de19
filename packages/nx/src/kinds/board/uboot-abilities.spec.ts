import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { QemuOptions } from '../../generated/qemu-options.js';
import type { ProjectLike } from '../../workspace/declaration.js';
import { makeTask, makeWorkspace, writeManifests } from '../../testing/workspace.js';
import { requireAbilities } from './uboot-abilities.js';

const declared = (kind: string, options: object): Omit<ProjectLike, 'name'> => ({
  root: kind,
  targets: { build: { executor: `@bringup/nx:${kind}`, options: { arch: 'arm64', ...options } } },
});
const PROJECTS = {
  loader: declared('u-boot', {}),
  fit: declared('uboot-image', { kernel: 'linux' }),
  signed: declared('uboot-image', { kernel: 'linux', sign: { keyDirectory: 'keys', keyName: 'dev' } }),
  uramdisk: declared('uboot-image', { type: 'ramdisk', initramfs: 'rootfs' }),
};

const root = makeWorkspace();
const ALL = [
  ...['VIRTIO_BLK', 'VIRTIO_MMIO', 'FS_FAT', 'CMD_SYSBOOT', 'CMD_BOOTI'],
  ...['CMD_SOURCE', 'LEGACY_IMAGE_FORMAT', 'FIT', 'FIT_SIGNATURE'],
];

async function check(boot: object, without: readonly string[]): Promise<void> {
  mkdirSync(join(root, 'dist/loader'), { recursive: true });
  const lines = ALL.map((symbol) =>
    without.includes(symbol) ? `# CONFIG_${symbol} is not set` : `CONFIG_${symbol}=y`,
  );
  writeFileSync(join(root, 'dist/loader/.config'), `${lines.join('\n')}\n`);
  writeManifests(root, 'dist/loader');
  const options = { arch: 'arm64', boot: { via: 'u-boot', uBoot: 'loader', ...boot } };
  await requireAbilities(makeTask(root, 'board', PROJECTS), options as QemuOptions);
}

it.each<[boot: object, needed: string[]]>([
  [{}, ['VIRTIO_BLK', 'VIRTIO_MMIO', 'FS_FAT', 'CMD_SYSBOOT', 'CMD_BOOTI']],
  [{ interactive: true }, ['VIRTIO_BLK', 'VIRTIO_MMIO', 'FS_FAT']],
  [
    { method: 'script' },
    ['VIRTIO_BLK', 'VIRTIO_MMIO', 'FS_FAT', 'CMD_SOURCE', 'LEGACY_IMAGE_FORMAT', 'CMD_BOOTI'],
  ],
  [{ image: 'fit' }, ['VIRTIO_BLK', 'VIRTIO_MMIO', 'FS_FAT', 'CMD_SOURCE', 'LEGACY_IMAGE_FORMAT', 'FIT']],
  [
    { image: 'signed' },
    ['VIRTIO_BLK', 'VIRTIO_MMIO', 'FS_FAT', 'CMD_SOURCE', 'LEGACY_IMAGE_FORMAT', 'FIT', 'FIT_SIGNATURE'],
  ],
  [
    { image: 'uramdisk', method: 'extlinux' },
    ['VIRTIO_BLK', 'VIRTIO_MMIO', 'FS_FAT', 'CMD_SYSBOOT', 'LEGACY_IMAGE_FORMAT', 'CMD_BOOTI'],
  ],
])('%j needs %j of U-Boot', async (boot, needed) => {
  await check(
    boot,
    ALL.filter((symbol) => !needed.includes(symbol)),
  );
  for (const symbol of needed) {
    await expect(check(boot, [symbol])).rejects.toMatchObject({
      code: 'UBOOT_LACKS',
      message: expect.stringMatching(new RegExp(`loader cannot boot board.*CONFIG_${symbol}=y \\(`)),
    });
  }
});
