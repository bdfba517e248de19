import { probeVersion, sha256File } from '@bringup/process';
import { findBootFile, type BootFile } from './boot-files.js';

/** The programs whose version can be seen in a FAT file system. */
export const FAT_TOOLS = ['mkfs.fat', 'mcopy'] as const;

/** Of tools that do not know `--version`. */
const VERSION_OPTIONS: Readonly<Record<string, readonly string[]>> = {
  debugfs: ['-V'],
  mke2fs: ['-V'],
  mkimage: ['-V'],
  mksquashfs: ['-version'],
};

/** Files that go into images unchanged, by the name that represents them in a list of tools. */
const BOOT_FILES: Readonly<Record<string, readonly BootFile[]>> = {
  isolinux: ['isolinux.bin', 'ldlinux.c32', 'isohdpfx.bin'],
  'syslinux-mbr': ['mbr.bin', 'gptmbr.bin'],
};

/**
 * The line in which a disk tool prints its version. mkfs.fat has no option for that, but prints it before it complains about
 * missing arguments. Files that are not programs are identified by their hash.
 *
 * @throws ToolError `TOOL_MISSING`, `TOOL_FAILED`
 */
export async function diskToolVersion(program: string): Promise<string> {
  const files = BOOT_FILES[program];
  if (files) {
    const hashes = await Promise.all(files.map(async (name) => sha256File(await findBootFile(name))));
    return `${program} sha256 ${hashes.map((hash) => hash.slice(0, 12)).join(' ')}`;
  }
  if (program === 'mkfs.fat') return probeVersion(program, { args: [], okExitCodes: [0, 1] });
  const args = VERSION_OPTIONS[program];
  return probeVersion(program, args && { args });
}
