import { crossPrefix, type Arch } from '@bringup/kbuild/graph';
import { debianPackageOf } from '@bringup/process';
import { ARCH_MACHINES } from '@bringup/qemu/graph';
import { programNeed, type HostNeed } from '../../lock/host-need.js';
import { volumeLoaders } from '../../lock/tools.js';
import { objects, text, textsOf } from '../../options/unchecked.js';
import type { Declaration } from '../../workspace/declaration.js';

/** The programs that run a board, share directories with it, open its drives, print its device tree and debug it. */
export function boardHostNeeds(
  options: Declaration['options'],
  declarationOf: (project: string) => Declaration | undefined,
): HostNeed[] {
  const { arch, kernel } = options;
  const shares = textsOf(options.shares, 'type');
  const programs = [
    'setpriv',
    ...(volumeLoaders(options.boot).length > 0 ? ['mmd'] : []),
    ...(objects(options.drives).length > 0 ? ['qemu-img'] : []),
    ...(shares.includes('virtiofs') ? ['unshare'] : []),
  ];
  const prefix = crossPrefix(arch as Arch, text(declarationOf(text(kernel) ?? '')?.options.crossCompile));
  const gdb: HostNeed = {
    name: `gdb for ${String(arch)}`,
    kind: 'gdb',
    debian: debianPackageOf('gdb-multiarch'),
    arch: arch as Arch,
    prefix,
    target: 'debug',
  };
  return [
    ...programs.map(programNeed),
    ...(shares.includes('virtiofs') ? [{ ...programNeed('virtiofsd'), kind: 'virtiofsd' as const }] : []),
    ...(shares.includes('smb') ? [{ ...programNeed('smbd'), kind: 'smbd' as const }] : []),
    ...(ARCH_MACHINES[arch as Arch].deviceTree ? [{ ...programNeed('dtc'), target: 'dtb' as const }] : []),
    gdb,
    { ...programNeed('readelf'), target: 'debug' },
  ];
}
