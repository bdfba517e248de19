import { open } from 'node:fs/promises';
import { argument } from './argument.js';

/** First bytes → what they are, as far as people give it to QEMU as kernel or initrd. */
const MAGIC = [
  ['elf', [0x7f, 0x45, 0x4c, 0x46]],
  // lib/decompress.c: the kernel's own table for an initramfs.
  ['gzip', [0x1f, 0x8b]],
  ['gzip', [0x1f, 0x9e]],
  ['bzip2', [0x42, 0x5a]],
  ['lzma', [0x5d, 0x00]],
  ['xz', [0xfd, 0x37]],
  ['lzo', [0x89, 0x4c]],
  ['lz4', [0x02, 0x21]],
  ['zstd', [0x28, 0xb5]],
  // Documentation/driver-api/early-userspace/buffer-format.rst: "070701" newc, "070702" crc.
  ['cpio', [...Buffer.from('07070')]],
  // The rest cannot be an initramfs. uImage: include/image.h of U-Boot; FIT: a flattened device tree; the frame of lz4(1).
  ['uImage', [0x27, 0x05, 0x19, 0x56]],
  ['FIT', [0xd0, 0x0d, 0xfe, 0xed]],
  ['lz4-frame', [0x04, 0x22, 0x4d, 0x18]],
  ['squashfs', [...Buffer.from('hsqs')]],
  ['tar', [...Buffer.from('./')]],
] as const satisfies readonly (readonly [string, readonly number[]])[];

export type ImageFormat = (typeof MAGIC)[number][0];

/** The format that these bytes begin with; undefined when it is none of those known here. */
function imageFormat(bytes: Uint8Array): ImageFormat | undefined {
  return MAGIC.find(([, magic]) => magic.every((byte, index) => bytes[index] === byte))?.[0];
}

/** Formats of the files that a QEMU command line names, where they are known. */
export interface ImageFormats {
  kernelFormat?: ImageFormat;
  initrdFormat?: ImageFormat;
}

export async function readFormats(argv: readonly string[]): Promise<ImageFormats> {
  const [kernelFormat, initrdFormat] = await Promise.all(
    ['-kernel', '-initrd'].map((option) => fileFormat(argument(argv, option))),
  );
  return { kernelFormat, initrdFormat };
}

/** Undefined too for a file that cannot be read: QEMU says so itself. */
async function fileFormat(path: string | undefined): Promise<ImageFormat | undefined> {
  if (path === undefined) return undefined;
  try {
    const file = await open(path, 'r');
    try {
      const { buffer } = await file.read(Buffer.alloc(8), 0, 8, 0);
      return imageFormat(buffer);
    } finally {
      await file.close();
    }
  } catch {
    return undefined;
  }
}
