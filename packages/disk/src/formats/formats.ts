import { open, rename, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import {
  runProgram,
  sha256File,
  ToolError,
  UserError,
  withTemporaryDirectory,
  writeAside,
} from '@bringup/process';
import { contentSeed, seededSerial, seededUuid } from '../common/identity.js';

/** Formats of disks: QEMU's name for each, the ending of a file's name, and options of qemu-img. */
export const DISK_FORMATS = {
  raw: { driver: 'raw', extension: 'img', options: [] },
  qcow2: { driver: 'qcow2', extension: 'qcow2', options: [] },
  'qcow2-compressed': { driver: 'qcow2', extension: 'qcow2', options: ['-c'] },
  vmdk: { driver: 'vmdk', extension: 'vmdk', options: [] },
  vdi: { driver: 'vdi', extension: 'vdi', options: [] },
} as const;

export type DiskFormat = keyof typeof DISK_FORMATS;

/** The properties of a disk image, as the image itself states them. */
export interface DiskInfo {
  format: string;
  /** Bytes that a guest sees. */
  virtualSize: number;
}

/**
 * Identifies an image. Without `format`, the format is detected; an image in no other known format is a raw disk.
 *
 * @throws UserError `IMAGE_MISSING`; `IMAGE_IN_USE`; `BAD_IMAGE` when it is corrupt, of another format than claimed, or refers to
 * another file (a backing file or an extent of an image from elsewhere could name any file of the host)
 */
export async function inspectDisk(
  path: string,
  format?: DiskFormat,
  signal?: AbortSignal,
): Promise<DiskInfo> {
  checkFormat(format);
  await stat(path).catch((error: Error) => {
    throw new UserError('IMAGE_MISSING', `${path} cannot be read: ${error.message}`, { path }, error);
  });
  const refuse = (why: string, cause?: unknown) =>
    new UserError('BAD_IMAGE', `${path}: ${why}`, { path }, cause);
  const claimed = format === undefined ? undefined : DISK_FORMATS[format].driver;
  const found = await info(path, undefined, signal).catch((error: unknown) => {
    if (isLocked(error)) throw inUse(path, error);
    throw isFailure(error)
      ? refuse('not a disk image that qemu-img can read; it may be cut off', error)
      : error;
  });
  if (claimed !== undefined && found.format !== claimed)
    throw refuse(`it is ${found.format}, not ${claimed} as said. Correct the format, or convert it first`);
  if (found.backing)
    throw refuse('it refers to another file. Convert it to an image that stands alone first');
  if (found.format === 'raw') return found;
  await runProgram(['qemu-img', 'check', '-q', '-f', found.format, path], { signal }).catch(
    (error: unknown) => {
      // Some formats have no check; qemu-img ends with 63 then.
      if (error instanceof ToolError && error.fields.exitCode === 63) return;
      throw isFailure(error)
        ? refuse('it is corrupt (qemu-img check found errors). Make or fetch it again', error)
        : error;
    },
  );
  return found;
}

/** QEMU locks the image of a guest that runs; qemu-img says so and no more. */
function isLocked(error: unknown): boolean {
  return isFailure(error) && /Failed to get .* lock/.test((error as ToolError).message);
}

function inUse(path: string, cause: unknown): UserError {
  const message = `${path} is in use, as by a guest that runs. End that first`;
  return new UserError('IMAGE_IN_USE', message, { path }, cause);
}

function isFailure(error: unknown): boolean {
  return error instanceof ToolError && error.code === 'TOOL_FAILED';
}

async function info(path: string, driver: string | undefined, signal?: AbortSignal) {
  const format = driver === undefined ? [] : ['-f', driver];
  const { stdout } = await runProgram(['qemu-img', 'info', '--output=json', ...format, path], { signal });
  const said = JSON.parse(stdout) as Record<string, unknown>;
  const data = (said['format-specific'] as { data?: Record<string, unknown> } | undefined)?.data;
  const split = said.format === 'vmdk' && data?.['create-type'] !== 'monolithicSparse';
  const backing = said['backing-filename'] !== undefined || data?.['data-file'] !== undefined || split;
  return { format: String(said.format), virtualSize: Number(said['virtual-size']), backing };
}

/**
 * Writes a disk in another format. Same guest-visible bytes and format, same file.
 *
 * @throws UserError `BAD_FORMAT`, and what {@link inspectDisk} throws
 */
export async function convertDisk(
  source: { path: string; format?: DiskFormat },
  target: { path: string; format: DiskFormat },
  signal?: AbortSignal,
): Promise<void> {
  checkFormat(target.format);
  const from = await inspectDisk(source.path, source.format, signal);
  const { driver, options } = DISK_FORMATS[target.format];
  await writeAside(target.path, async (aside) => {
    const argv = ['qemu-img', 'convert', '-q', '-f', from.format, '-O', driver, ...options] as const;
    // A vmdk names its own file: written under one name, whatever it is called in the end.
    const work = async (directory: string) => {
      const made = join(directory, `disk.${driver}`);
      await runProgram([...argv, resolve(source.path), made], { signal });
      await fixIdentity(made, driver);
      await rename(made, aside);
    };
    await withTemporaryDirectory('convert', work, dirname(aside));
  });
}

/**
 * Makes an empty disk, which grows as a guest writes to it.
 *
 * @throws UserError `BAD_FORMAT`; ToolError of qemu-img
 */
export async function createDisk(
  path: string,
  format: DiskFormat,
  bytes: number,
  signal?: AbortSignal,
): Promise<void> {
  checkFormat(format);
  const { driver } = DISK_FORMATS[format];
  await writeAside(path, async (aside) => {
    await runProgram(['qemu-img', 'create', '-q', '-f', driver, aside, String(bytes)], { signal });
  });
}

function checkFormat(format: string | undefined): void {
  if (format === undefined || Object.hasOwn(DISK_FORMATS, format)) return;
  const known = Object.keys(DISK_FORMATS).join(', ');
  throw new UserError('BAD_FORMAT', `unknown disk format ${JSON.stringify(format)}: one of ${known}`, {
    format,
  });
}

/** QEMU gives a vmdk another random content id whenever it writes to it; this makes it one of the content. */
export async function fixWrittenIdentity(path: string, driver: string): Promise<void> {
  if (driver === 'vmdk') await fixVmdk(path);
}

/** qemu-img gives each vdi and vmdk a random identity; this makes it one of the content. */
async function fixIdentity(path: string, driver: string): Promise<void> {
  if (driver === 'vdi') await fixVdi(path);
  if (driver === 'vmdk') await fixVmdk(path);
}

/** VDI header: the image's UUID at 0x188 and that of its last snapshot at 0x198. */
async function fixVdi(path: string): Promise<void> {
  await patch(path, 0x188, Buffer.alloc(32));
  const seed = contentSeed('vdi', await sha256File(path));
  const uuids = ['image', 'snapshot'].map((purpose) => seededUuid(seed, purpose).replaceAll('-', ''));
  await patch(path, 0x188, Buffer.from(uuids.join(''), 'hex'));
}

/** VMDK specification 1.1: the text descriptor of a monolithic image lies behind its first sector. */
const VMDK_DESCRIPTOR = { position: 512, length: 20 * 512 } as const;

/**
 * The content id is a random number without leading zeros, so its length varies, and with it where the rest of the text
 * lies: it is given eight digits.
 */
async function fixVmdk(path: string): Promise<void> {
  const text = await readDescriptor(path);
  if (!/^CID=/m.test(text))
    throw new ToolError('TOOL_FAILED', `qemu-img wrote a vmdk without CID: ${path}`, { path });
  const withId = (id: string) => {
    const bytes = Buffer.alloc(VMDK_DESCRIPTOR.length);
    bytes.write(text.replace(/^CID=.*$/m, `CID=${id}`), 'latin1');
    return bytes;
  };
  await patch(path, VMDK_DESCRIPTOR.position, withId('00000000'));
  const serial = seededSerial(contentSeed('vmdk', await sha256File(path)), 'cid');
  await patch(path, VMDK_DESCRIPTOR.position, withId(serial.padStart(8, '0')));
}

/**
 * The descriptor's text, which ends at its first NUL. QEMU writes a shorter content id over a longer one without clearing
 * the bytes behind the new end, so remains of the old text may follow there.
 */
async function readDescriptor(path: string): Promise<string> {
  const bytes = Buffer.alloc(VMDK_DESCRIPTOR.length);
  const handle = await open(path, 'r');
  try {
    await handle.read(bytes, 0, bytes.length, VMDK_DESCRIPTOR.position);
  } finally {
    await handle.close();
  }
  return bytes.toString('latin1').split('\0', 1)[0]!;
}

async function patch(path: string, position: number, bytes: Buffer): Promise<void> {
  const handle = await open(path, 'r+');
  try {
    await handle.write(bytes, 0, bytes.length, position);
  } finally {
    await handle.close();
  }
}
