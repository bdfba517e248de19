import { basename, join } from 'node:path';
import { pathExists, readdir } from 'fs-extra';
import { UserError } from '@bringup/process';
import { ARCHES, type Arch } from '../programs/arches.js';

/** Artifacts to make and publish beyond the ones that every build of the program makes. */
export interface ExtraArtifacts {
  /** Make goals. */
  readonly goals: readonly string[];
  /** Published files: name, and place in the output directory. */
  readonly artifacts: Readonly<Record<string, string>>;
}

/** The name under which a device tree is published: the name of its file, without its vendor's directory. */
export function dtbName(dtb: string): string {
  return `${basename(dtb)}.dtb`;
}

/**
 * Device trees of the kernel's own, by their place below `arch/ARCH/boot/dts`, without a suffix. make's goals have the
 * same names.
 */
export function planDtbs(arch: Arch, dtbs: readonly string[]): ExtraArtifacts {
  const directory = dtsDirectory(arch);
  return {
    goals: dtbs.map((dtb) => `${dtb}.dtb`),
    artifacts: Object.fromEntries(dtbs.map((dtb) => [dtbName(dtb), `${directory}/${dtb}.dtb`])),
  };
}

/**
 * @throws UserError `UNKNOWN_DTB` for one whose source the kernel does not have, with those of the same file name;
 *   `DUPLICATE_DTB` for two that would be published under one name
 */
export async function checkDtbs(source: string, arch: Arch, dtbs: readonly string[]): Promise<void> {
  const directory = dtsDirectory(arch);
  const twice = dtbs.find((dtb, index) => dtbs.map(dtbName).indexOf(dtbName(dtb)) !== index);
  if (twice !== undefined) {
    const name = dtbName(twice);
    const message = `dtbs: more than one of ${dtbs.join(', ')} would be published as ${name}. Name one of them`;
    throw new UserError('DUPLICATE_DTB', message, { name });
  }
  for (const dtb of dtbs) {
    if (await pathExists(join(source, directory, `${dtb}.dts`))) continue;
    const all = await readdir(join(source, directory), { recursive: true }).catch(() => []);
    const near = all
      .map(String)
      .filter((file) => basename(file) === `${basename(dtb)}.dts`)
      .map((file) => file.slice(0, -'.dts'.length));
    const hint = near.length > 0 ? `It has ${near.join(', ')}` : `Look into ${directory} of the source`;
    throw new UserError('UNKNOWN_DTB', `dtbs: this kernel has no ${directory}/${dtb}.dts. ${hint}`, {
      dtb,
      near,
    });
  }
}

function dtsDirectory(arch: Arch): string {
  return `arch/${ARCHES[arch].sourceArch}/boot/dts`;
}
