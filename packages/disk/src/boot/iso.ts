import { move } from 'fs-extra';
import { dirname, join } from 'node:path';
import { runProgram, scrubbedEnvironment, UserError, writeAside } from '@bringup/process';
import { FileTree, hashTree } from '@bringup/rootfs';
import { findBootFile } from './boot-files.js';
import { contentSeed, IMAGE_TIME, seededUuid } from '../common/identity.js';
import { withStagedTree } from '../common/staging.js';

interface IsoOptions {
  /** The volume's id: 1 to 32 of A-Z, 0-9 and _ (ECMA-119, 7.4.1 and 8.4.7). */
  label: string;
  /** Bootable by a PC's BIOS, from a CD and from a USB stick: the tree's `isolinux.cfg` is what isolinux boots. */
  bios: boolean;
  /** A FAT image with `EFI/BOOT` or a `startup.nsh`, by which UEFI boots. */
  esp?: string;
  signal?: AbortSignal;
}

/** Where isolinux and the UEFI's volume lie on the CD. */
const ISOLINUX = 'isolinux';
const ESP = 'boot/efi.img';

/**
 * Writes a tree as ISO 9660 with Rock Ridge and Joliet. Same tree and options, same bytes.
 *
 * @throws UserError `BAD_LABEL`; ToolError `TOOL_MISSING`, `TOOL_FAILED`
 */
export async function writeIso(tree: FileTree, path: string, options: IsoOptions): Promise<void> {
  const { label, bios, esp, signal } = options;
  if (!/^[A-Z0-9_]{1,32}$/.test(label)) {
    const why = 'a label of ISO 9660 has 1 to 32 of A-Z, 0-9 and _';
    throw new UserError('BAD_LABEL', `label ${JSON.stringify(label)}: ${why}`, { label });
  }
  const whole = new FileTree().merge(tree);
  const add = (name: string, hostFile: string) =>
    whole.add({ type: 'file', path: name, mode: 0o644, uid: 0, gid: 0, content: { hostFile } });
  if (bios) {
    add(`${ISOLINUX}/isolinux.bin`, await findBootFile('isolinux.bin'));
    add(`${ISOLINUX}/ldlinux.c32`, await findBootFile('ldlinux.c32'));
  }
  if (esp !== undefined) add(ESP, esp);
  const seed = contentSeed('iso', await hashTree(whole), label);
  const hybrid = bios ? await findBootFile('isohdpfx.bin') : undefined;
  await writeAside(path, async (aside) => {
    await withStagedTree(
      whole,
      dirname(path),
      async ({ directory, scratch }) => {
        // xorriso escapes an "=" in the name of a directory and then does not find it, except in the second part of a pair.
        const names = ['-o', 'made.iso', '-graft-points', `/=${directory}`];
        const argv = [...planXorriso(label, seed, hybrid, esp !== undefined), ...names];
        const env = scrubbedEnvironment({ SOURCE_DATE_EPOCH: String(IMAGE_TIME), TZ: 'UTC' });
        await runProgram(['xorriso', ...argv], { cwd: scratch, env, signal });
        await move(join(scratch, 'made.iso'), aside, { overwrite: true });
      },
      signal,
    );
  });
}

/** xorrisofs(1). The GPT's identity comes from the volume's date unless it is given. */
function planXorriso(label: string, seed: string, hybrid: string | undefined, uefi: boolean): string[] {
  const boot = ['-no-emul-boot', '-boot-load-size', '4', '-boot-info-table'];
  return [
    ...['-no_rc', '-report_about', 'WARNING', '-as', 'mkisofs', '-quiet'],
    ...['-V', label, '-r', '-J', '-joliet-long', '--gpt_disk_guid', seededUuid(seed, 'disk')],
    // Of the staged directory even the times that nobody set.
    ...['--set_all_file_dates', `=${IMAGE_TIME}`],
    ...(hybrid === undefined
      ? []
      : [
          ...['-isohybrid-mbr', hybrid, '-b', `${ISOLINUX}/isolinux.bin`, '-c', `${ISOLINUX}/boot.cat`],
          ...boot,
          // Only BIOSes older than 64-bit PCs need padding to whole cylinders, which adds 0.7 MiB to a small CD.
          ...['-partition_cyl_align', 'off'],
        ]),
    ...(uefi ? [...(hybrid === undefined ? [] : ['-eltorito-alt-boot']), '-e', ESP, '-no-emul-boot'] : []),
    ...(uefi && hybrid !== undefined ? ['-isohybrid-gpt-basdat'] : []),
  ];
}
