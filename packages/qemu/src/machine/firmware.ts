import { readdir, readJson } from 'fs-extra';
import { join } from 'node:path';
import { describeInstall, hostDistribution, UserError } from '@bringup/process';
import type { BoardArch } from './arch-machines.js';

/** docs/interop/firmware.json of QEMU: the architecture's name there, and the Debian package that has the firmware. */
export const UEFI_ARCHES: Partial<Record<BoardArch, { name: string; debian: string }>> = {
  arm64: { name: 'aarch64', debian: 'qemu-efi-aarch64' },
  x86_64: { name: 'x86_64', debian: 'ovmf' },
};

/** docs/interop/firmware.json: where descriptors are looked for; a file hides one of the same name behind it. */
const DIRECTORIES = ['/etc/qemu/firmware', '/usr/share/qemu/firmware'];

/** Features that ask for more than a plain machine and an unsigned kernel. */
const SPECIAL = ['secure-boot', 'enrolled-keys', 'requires-smm'];

/** A UEFI for QEMU, as this host has it. */
interface UefiFirmware {
  /** The firmware's image, absolute. */
  code: string;
  /** A variable store with nothing in it, to be copied. */
  variables: string;
}

interface Descriptor {
  'interface-types'?: string[];
  mapping?: {
    device?: string;
    mode?: string;
    executable?: { filename: string; format: string };
    'nvram-template'?: { filename: string; format: string };
  };
  targets?: { architecture: string; machines: string[] }[];
  features?: string[];
}

/**
 * Finds a UEFI without Secure Boot for an architecture's generic machine, by the descriptors that come with it.
 *
 * @param directories for tests: in the order in which they are looked into
 * @throws UserError `NO_UEFI` naming the package that has one
 */
export async function findUefi(arch: BoardArch, directories = DIRECTORIES): Promise<UefiFirmware> {
  const known = UEFI_ARCHES[arch];
  if (!known) {
    const arches = Object.keys(UEFI_ARCHES).join(', ');
    throw new UserError('NO_UEFI', `boot: there is no UEFI for ${arch} here, but for ${arches}`, { arch });
  }
  for (const [, path] of await descriptors(directories)) {
    const descriptor = (await readJson(path).catch((cause: Error) => {
      throw new UserError('BAD_FIRMWARE_DESCRIPTOR', `${path}: ${cause.message}`, { path }, cause);
    })) as Descriptor;
    const { executable, 'nvram-template': template } = descriptor.mapping ?? {};
    if (fits(descriptor, known.name) && executable && template)
      return { code: executable.filename, variables: template.filename };
  }
  const message =
    `no UEFI firmware for ${arch} is described in ${directories.join(' or ')}. ` +
    describeInstall(known.debian, hostDistribution());
  throw new UserError('NO_UEFI', message, { arch, debian: known.debian });
}

async function descriptors(directories: readonly string[]): Promise<[name: string, path: string][]> {
  const found = new Map<string, string>();
  for (const directory of directories) {
    const names = await readdir(directory).catch(() => []);
    for (const name of names.filter((file) => file.endsWith('.json')))
      if (!found.has(name)) found.set(name, join(directory, name));
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1));
}

function fits(
  { 'interface-types': interfaces, mapping, targets, features }: Descriptor,
  name: string,
): boolean {
  const formats = [mapping?.executable?.format, mapping?.['nvram-template']?.format];
  return (
    interfaces?.includes('uefi') === true &&
    mapping?.device === 'flash' &&
    (mapping.mode ?? 'split') === 'split' &&
    formats.every((format) => format === 'raw') &&
    targets?.some(({ architecture }) => architecture === name) === true &&
    !features?.some((feature) => SPECIAL.includes(feature))
  );
}
