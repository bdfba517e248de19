import { copy, writeFile } from 'fs-extra';
import { dirname, join } from 'node:path';
import {
  runProgram,
  scrubbedEnvironment,
  UserError,
  withTemporaryDirectory,
  writeAside,
} from '@bringup/process';
import { IMAGE_TIME } from '../common/identity.js';

/** Arches by the names that mkimage has for them. */
const UBOOT_ARCHES: Readonly<Record<string, string>> = {
  arm64: 'arm64',
  arm: 'arm',
  riscv64: 'riscv',
  x86_64: 'x86_64',
};

interface LegacyImageOptions {
  /** The kernel's name of it. */
  arch: string;
  /** The mkimage to run: of PATH, or one that a U-Boot project built. */
  mkimage?: string;
  signal?: AbortSignal;
}

/** include/image.h of U-Boot: a legacy header has 32 bytes for the name, its NUL included. */
const IMAGE_NAME = 'bringup';

/**
 * Wraps an initramfs in U-Boot's legacy header, as `booti` and `bootz` want their ramdisk. The archive may be compressed:
 * it is the kernel that unpacks it, so the header says "none".
 *
 * @throws ToolError `TOOL_MISSING`, `TOOL_FAILED`; UserError `BAD_ARCH`
 */
export async function writeUramdisk(
  initramfs: string,
  path: string,
  options: LegacyImageOptions,
): Promise<void> {
  await writeLegacy('ramdisk', initramfs, path, options);
}

/**
 * Wraps commands of U-Boot's shell as a boot script (`boot.scr`), which U-Boot looks for on a drive.
 *
 * @throws as {@link writeUramdisk}
 */
export async function writeBootScript(
  commands: string,
  path: string,
  options: LegacyImageOptions,
): Promise<void> {
  const write = async (scratch: string): Promise<void> => {
    const script = join(scratch, 'boot.cmd');
    await writeFile(script, commands.endsWith('\n') ? commands : `${commands}\n`);
    await writeLegacy('script', script, path, options);
  };
  await withTemporaryDirectory('uboot', write, dirname(path));
}

async function writeLegacy(
  type: string,
  data: string,
  path: string,
  options: LegacyImageOptions,
): Promise<void> {
  if (!Object.hasOwn(UBOOT_ARCHES, options.arch)) {
    const known = Object.keys(UBOOT_ARCHES).join(', ');
    throw new UserError('BAD_ARCH', `unknown arch ${JSON.stringify(options.arch)}: one of ${known}`, {
      ...options,
    });
  }
  const arch = UBOOT_ARCHES[options.arch]!;
  const env = scrubbedEnvironment({ SOURCE_DATE_EPOCH: String(IMAGE_TIME) });
  await writeAside(path, async (aside) => {
    const wrap = async (scratch: string): Promise<void> => {
      // mkimage takes a colon in a path for a list of files.
      await copy(data, join(scratch, 'data'));
      const kind = ['-A', arch, '-O', 'linux', '-T', type, '-C', 'none'];
      const argv = [options.mkimage ?? 'mkimage', ...kind, '-n', IMAGE_NAME, '-d', 'data', 'image'] as const;
      await runProgram(argv, { cwd: scratch, env, signal: options.signal });
      await copy(join(scratch, 'image'), aside);
    };
    await withTemporaryDirectory('uboot', wrap, dirname(path));
  });
}
