import { parseConfig } from '@bringup/kconfig';
import { checkDecompressor, EMBEDDED_INITRAMFS, EMBEDDED_INITRAMFS_LINES } from './embedded-initramfs.js';

it('is a name that usr/Makefile takes as one file that is compressed already', () => {
  // $(words $(subst .cpio.,$(space),$(ramfs-input))) is 2, and the path is not absolute.
  expect(EMBEDDED_INITRAMFS.split('.cpio.')).toHaveLength(2);
  expect(EMBEDDED_INITRAMFS).toMatch(/^[a-z.-]+$/);
});

it('asks for it in lines that a fragment could have', () => {
  const requests = parseConfig(EMBEDDED_INITRAMFS_LINES.join('\n'), 'lines');
  expect(requests.map(({ symbol, value }) => [symbol, value])).toEqual([
    ['BLK_DEV_INITRD', 'y'],
    ['INITRAMFS_SOURCE', `"${EMBEDDED_INITRAMFS}"`],
  ]);
});

const CONFIG = 'CONFIG_RD_GZIP=y\nCONFIG_RD_XZ=y\n# CONFIG_RD_ZSTD is not set\n';

it.each(['none', 'gzip', 'xz'])('lets a kernel that can unpack %s have it', (compression) => {
  expect(() => checkDecompressor(CONFIG, compression, 'rootfs')).not.toThrow();
});

it.each([
  ['zstd', 'RD_ZSTD'],
  ['lz4', 'RD_LZ4'],
])('refuses %s where %s is not set', (compression, symbol) => {
  expect(() => checkDecompressor(CONFIG, compression, 'rootfs')).toThrow(
    expect.objectContaining({
      code: 'INITRAMFS_COMPRESSION',
      message: expect.stringContaining(`Add CONFIG_${symbol}=y`),
    }),
  );
});
