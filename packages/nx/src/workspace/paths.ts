import { createHash } from 'node:crypto';
import { lstatSync, realpathSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { DISK_FORMATS, type DiskFormat } from '@bringup/disk/graph';

/**
 * Where a project publishes, relative to the workspace root.
 *
 * @param given the option `outputPath`; the graph plugin fills it in, an executor that stands alone may lack it
 */
export function outputPath(project: string, given?: unknown, configuration?: string): string {
  if (typeof given === 'string') return given.replace(/\/+$/, '');
  return ['dist', fileName(project), ...(configuration === undefined ? [] : [fileName(configuration)])].join(
    '/',
  );
}

/** The name of the default variant's directory. */
const DEFAULT = 'default';

/** The names of a lock's own files, which lie beside the locked directory: see `withLock`. */
const OF_A_LOCK = /\.(flock|owner)(\.|$)/;

/**
 * The kept directory of a project's build: git-ignored, never an output of Nx, locked while in use. Each variant of each project
 * has its own, with a path that no lock of another uses for its files.
 */
export function workDirectory(workspaceRoot: string, project: string, configuration?: string): string {
  const variant = configuration === undefined ? DEFAULT : ownName(configuration, isReserved);
  return join(workDirectories(workspaceRoot, project), variant);
}

const isReserved = (name: string) => name === DEFAULT || OF_A_LOCK.test(name);

/** The kept directories of all variants of a project, or, without one, those of all projects. */
export function workDirectories(workspaceRoot: string, project?: string): string {
  return join(keptPlace(workspaceRoot), 'build', ...(project === undefined ? [] : [ownName(project)]));
}

/** A kept directory has these parts with locks of their own: a kernel prepared for modules, and a board's UEFI variables. */
export const LOCKED_PARTS = { preparedKernel: 'modules', uefiVariables: 'uefi-variables.fd' } as const;

/** `.bringup`, or the target when it is a symbolic link: make and debug information have real paths, and so must we. */
function keptPlace(workspaceRoot: string): string {
  const kept = join(workspaceRoot, '.bringup');
  if (!isAbsolute(kept)) return kept;
  try {
    return lstatSync(kept).isSymbolicLink() ? realpathSync(kept) : kept;
  } catch {
    return kept; // Creating the directory reports the error.
  }
}

/** One path component for each name. If the name is reserved or characters have to be replaced, a digest keeps the names apart. */
function ownName(name: string, isTaken: (name: string) => boolean = () => false): string {
  const plain = fileName(name);
  return plain === name && !isTaken(name)
    ? name
    : `${plain}-${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
}

/** Remembers which artifacts were compared with their manifests: for this machine only, never an output. */
export function checkedDirectory(workspaceRoot: string): string {
  return join(workspaceRoot, '.bringup', 'checked');
}

/** The file in which clang's tools look for a compilation database. */
export const COMPILE_COMMANDS = 'compile_commands.json';

/** Where the compilation database of the workspace is, or that of one project: of this machine alone, never an output. */
export function databaseDirectory(workspaceRoot: string, project?: string): string {
  return join(workspaceRoot, '.bringup', 'clangd', ...(project === undefined ? [] : [ownName(project)]));
}

/** A name as one path component: scoped npm names have a slash. */
function fileName(name: string): string {
  return name.replace(/[^\w.@-]/g, '_').replace(/^\.{1,2}$/, '_');
}

/** The file name of a program: the option `output`, else the project's name. */
export function programName(project: string, given?: unknown): string {
  return typeof given === 'string' ? given : fileName(project);
}

/** The file name of the drive that a board's U-Boot boots from. */
export const BOOT_VOLUME = 'boot.img';

/** The file name of a bootable CD. */
export const ISO_IMAGE = 'image.iso';

/** The file name of a disk image by its format. */
export function diskImageName(format: DiskFormat): string {
  return `disk.${DISK_FORMATS[format].extension}`;
}

/** The file name of an image for U-Boot, by its type. */
export const UBOOT_IMAGES = { fit: 'image.fit', ramdisk: 'uRamdisk' } as const;

/** The file name of the device tree that makes U-Boot boot signed images alone. */
export const SIGNED_DTB = 'u-boot.dtb';

/** The file name of an initramfs by its compressor. */
export function initramfsName(compression: string): string {
  const suffixes: Record<string, string> = { gzip: '.gz', zstd: '.zst', lz4: '.lz4', xz: '.xz', none: '' };
  return `initramfs.cpio${suffixes[compression] ?? ''}`;
}
