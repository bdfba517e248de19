import { parseResolved } from '@bringup/kconfig';
import { UserError } from '@bringup/process';

/**
 * The name of the embedded initramfs in a kernel's build directory. make reads `CONFIG_INITRAMFS_SOURCE` relative to that
 * directory, so the name contains nothing of this host. usr/Makefile embeds a single `*.cpio.*` unchanged, whatever its
 * compression, but would compress a `*.cpio` again. One name for all compressors keeps the `.config` independent of the
 * compressor.
 */
export const EMBEDDED_INITRAMFS = 'embedded-initramfs.cpio.packed';

/** The lines of a `.config` that build {@link EMBEDDED_INITRAMFS} in. */
export const EMBEDDED_INITRAMFS_LINES = [
  'CONFIG_BLK_DEV_INITRD=y',
  `CONFIG_INITRAMFS_SOURCE="${EMBEDDED_INITRAMFS}"`,
];

/** The symbol in usr/Kconfig that unpacks each compression. A plain cpio needs none. */
const DECOMPRESSORS: Readonly<Record<string, string>> = {
  gzip: 'RD_GZIP',
  zstd: 'RD_ZSTD',
  lz4: 'RD_LZ4',
  xz: 'RD_XZ',
};

/**
 * Makes sure that a kernel can unpack what is built into it.
 *
 * @param initramfs the project of the initramfs, for the message
 * @throws UserError `INITRAMFS_COMPRESSION` when the kernel lacks the decompressor
 */
export function checkDecompressor(config: string, compression: string, initramfs: string): void {
  const symbol = DECOMPRESSORS[compression];
  if (symbol === undefined) return;
  if (parseResolved(config).some((line) => line.symbol === symbol && line.value === 'y')) return;
  throw new UserError(
    'INITRAMFS_COMPRESSION',
    `${initramfs} is compressed with ${compression}, and this kernel cannot unpack that. ` +
      `Add CONFIG_${symbol}=y to a fragment, or set "compression" of ${initramfs} to another`,
    { compression, symbol, initramfs },
  );
}
