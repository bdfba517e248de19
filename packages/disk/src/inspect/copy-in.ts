import { copyFile, realpath, stat, symlink, utimes } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import {
  isBringupError,
  runProgram,
  ToolError,
  UserError,
  withTemporaryDirectory,
  writeAside,
  type ErrorCode,
} from '@bringup/process';
import { runDebugfs, quoteForDebugfs } from '../file-systems/debugfs.js';
import { extractRegion, restoreRegion } from '../formats/extract.js';
import { fatNameProblem } from '../file-systems/fat.js';
import { fixWrittenIdentity } from '../formats/formats.js';
import { IMAGE_TIME } from '../common/identity.js';
import { formatSize } from '../common/size.js';
import { VOLUME, type FileNode, type Volume } from './entry.js';
import { printable } from './errors.js';
import { extDevice } from './ext.js';
import { fatPath, runMtools } from './fat.js';
import { needsRecovery, replayJournal } from './journal.js';
import {
  findVolume,
  openPartition,
  openVolume,
  type DiskPlace,
  type FoundVolume,
  type OpenPartition,
} from './partition.js';
import { childPath, findName, findNode, type FoundNode } from './resolve.js';

/** The modes of a new file on a file system that has them. Root owns it, and it is executable if the host's file is. */
const NEW_MODE = { plain: 0o644, executable: 0o755 } as const;
/** FAT specification: a file's size has 32 bits. */
const FAT_FILE_MAX = 2 ** 32 - 1;
/** The name by which programs are given the host's file. */
const CONTENT = 'content';

/** The file to put in, and its place. */
interface Plan {
  directory: FoundNode;
  name: string;
  /** The file that is replaced. */
  existing?: FileNode;
  /** Bytes. */
  size: number;
  mode: number;
}

/**
 * Puts a file of the host into a file system of a disk image, in place of the file that is there. That keeps its mode and
 * owner, but for extended attributes; a new file is root's. Times are fixed: same image and content, same bytes. All is
 * done on a copy that is renamed when it is whole, so the image is the old or the new one.
 *
 * @param path of the file, not of the directory that it goes to
 * @throws UserError `READ_ONLY_FILE_SYSTEM`, `IS_DIRECTORY`, `NOT_A_FILE`, `NO_SUCH_PATH`, `FAT_CANNOT_HOLD`,
 * `UNSAFE_NAME`, `IMAGE_TOO_SMALL`, `HOST_FILE_MISSING`, `IMAGE_IN_USE`, and what {@link openPartition} throws
 */
export async function copyIn(
  place: DiskPlace,
  hostFile: string,
  path: string,
  signal?: AbortSignal,
): Promise<void> {
  const content = await stat(hostFile).catch((error: Error) => {
    const message = `${hostFile} cannot be read: ${error.message}`;
    throw new UserError('HOST_FILE_MISSING', message, { path: hostFile }, error);
  });
  if (!content.isFile())
    throw new UserError('NOT_A_FILE', `${hostFile} is not a file; one file at a time is copied`, {
      path: hostFile,
    });
  const mode = content.mode & 0o100 ? NEW_MODE.executable : NEW_MODE.plain;
  const image = { ...place, path: await realpath(place.path).catch(() => place.path) };
  const before = await fingerprint(image.path);
  // All that can be wrong with the request is found before the image is copied.
  const plan = await openPartition(
    image,
    (partition) => planCopy(partition, path, content.size, mode),
    signal,
  );
  await writeAside(image.path, async (aside) => {
    await withTemporaryDirectory('copy-in', async (directory) => {
      await runProgram(
        ['cp', '--sparse=always', '--reflink=auto', '--preserve=mode', '--', image.path, aside],
        { signal },
      );
      if ((await fingerprint(image.path)) !== before)
        throw new UserError(
          'IMAGE_IN_USE',
          `${image.path} changed while it was read: end what writes to it`,
          {
            path: image.path,
          },
        );
      const found = await findVolume(image, directory, signal);
      await changeVolume(
        aside,
        found,
        directory,
        (partition) => writeContent(partition, hostFile, plan),
        signal,
      );
    });
  });
}

/** Changes with a file that is written to or replaced. A device has none: no file can take its place. */
async function fingerprint(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined); // inspectDisk says what is wrong.
  if (found === undefined) return undefined;
  if (found.isFile()) return `${found.ino} ${found.size} ${found.mtimeMs}`;
  const message = `${path} is not a file: files are put into images only, not into devices`;
  throw new UserError('NOT_A_FILE', message, { path });
}

/** Lets `work` write to a volume of `aside`, and puts it back where it was extracted. */
async function changeVolume(
  aside: string,
  { info, region, description }: FoundVolume,
  directory: string,
  work: (partition: OpenPartition) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  const isRaw = info.format === 'raw';
  const extracted = join(directory, 'partition');
  if (!isRaw) await extractRegion(aside, info, region, extracted, signal);
  const volume: Volume = {
    path: isRaw ? resolve(aside) : extracted,
    offset: isRaw ? region.offset : 0,
    size: region.size,
    description,
    directory,
    signal,
  };
  await symlink(volume.path, join(directory, VOLUME));
  const partition = await openVolume(volume);
  if (partition.fileSystem.startsWith('ext') && (await needsRecovery(volume))) await replayJournal(volume);
  await work(partition);
  if (isRaw) return;
  await restoreRegion(aside, info, region, extracted, signal);
  await fixWrittenIdentity(aside, info.format);
}

async function planCopy(
  partition: OpenPartition,
  path: string,
  size: number,
  newMode: number,
): Promise<Plan> {
  const refuse = (code: ErrorCode, why: string) =>
    new UserError(code, `${partition.description}: ${printable(path)}: ${why}`, { path });
  if (partition.fileSystem === 'squashfs')
    throw refuse('READ_ONLY_FILE_SYSTEM', 'squashfs cannot be changed. Make it again from its files');
  const { directory, name, existing } = await findTarget(partition, path);
  if (existing !== undefined && existing.type !== 'file')
    throw refuse(
      existing.type === 'directory' ? 'IS_DIRECTORY' : 'NOT_A_FILE',
      `it is a ${existing.type}. Name the file`,
    );
  if (partition.fileSystem === 'vfat') {
    const problem =
      fatNameProblem(name) ?? (size > FAT_FILE_MAX ? 'a file on FAT has less than 4 GiB' : undefined);
    if (problem !== undefined) throw refuse('FAT_CANNOT_HOLD', problem);
  } else {
    quoteForDebugfs(name);
    if (Buffer.byteLength(name) > 255) throw refuse('BAD_PATH', 'a name has at most 255 bytes');
  }
  return { directory, name, existing, size, mode: existing?.mode ?? newMode };
}

/** Where a path leads, the last component of which may be new. A symlink is followed within the file system. */
async function findTarget(
  partition: OpenPartition,
  path: string,
): Promise<Pick<Plan, 'directory' | 'name' | 'existing'>> {
  const names = path.split('/').filter((name) => name !== '');
  const name = names.pop() ?? '.';
  const directory = await findNode(partition, names.join('/'), true);
  const isSpecial = name === '.' || name === '..';
  if (isSpecial || directory.node.type !== 'directory') {
    const why = isSpecial
      ? 'it is a directory. Name the file'
      : `${printable(directory.path)} is not a directory`;
    throw new UserError(
      isSpecial ? 'IS_DIRECTORY' : 'NOT_A_DIRECTORY',
      `${partition.description}: ${printable(path)}: ${why}`,
      { path },
    );
  }
  const listed = (await partition.reader.list([directory.node]))[0]!;
  const existing = findName(listed, name, partition.reader.caseSensitive);
  if (existing?.type !== 'symlink') return { directory, name: existing?.name ?? name, existing };
  const followed = await findNode(partition, childPath(directory.path, name), true);
  const parent = await findNode(partition, dirname(followed.path), true);
  return { directory: parent, name: followed.node.name, existing: followed.node };
}

async function writeContent(partition: OpenPartition, hostFile: string, plan: Plan): Promise<void> {
  const { volume } = partition;
  const content = join(volume.directory, CONTENT);
  await copyFile(hostFile, content);
  await utimes(content, IMAGE_TIME, IMAGE_TIME);
  await (partition.fileSystem === 'vfat' ? writeToFat(volume, plan) : writeToExt(volume, plan)).catch(
    (error: unknown) => {
      throw isFull(error) ? noRoom(partition, plan) : error;
    },
  );
  const written = (await partition.reader.list([plan.directory.node]))[0]!.find(
    ({ name }) => name === plan.name,
  );
  if (written?.size === plan.size) return;
  const message = `${partition.description}: ${printable(plan.name)} has ${written?.size ?? 'no'} bytes after it was written, in place of ${plan.size}`;
  throw new ToolError('TOOL_FAILED', message, { name: plan.name });
}

function isFull(error: unknown): boolean {
  return isBringupError(error) && /Could not allocate|No free space|Disk full/.test(error.message);
}

function noRoom({ description }: OpenPartition, { name, size }: Plan): UserError {
  const message = `${description} has no room for ${printable(name)} of ${formatSize(size)}. Make it larger, or remove something`;
  return new UserError('IMAGE_TOO_SMALL', message, { name, size });
}

async function writeToFat(volume: Volume, { directory, name }: Plan): Promise<void> {
  const path = childPath(directory.path, name).slice(1);
  await runMtools(volume, ['mcopy', '-o', '-m'], [CONTENT, fatPath(path)]);
}

/** debugfs sets the mode of the host's file and root as owner; that is replaced by inode, as the times are. */
async function writeToExt(volume: Volume, { directory, name, existing, mode }: Plan): Promise<void> {
  const options = { ...volume, device: extDevice(volume), cwd: volume.directory, write: true };
  // Without `./`, rm would take a name like <12> for an inode number.
  const remove = existing ? [`rm ${quoteForDebugfs(`./${name}`)}`] : [];
  const requests = [`cd <${directory.node.locator}>`, ...remove, `write ${CONTENT} ${quoteForDebugfs(name)}`];
  const answers = await runDebugfs(requests, options);
  const inode = /^Allocated inode: (\d+)$/.exec(answers.at(-1)?.at(-1) ?? '')?.[1];
  if (inode === undefined)
    throw new ToolError('TOOL_FAILED', `debugfs wrote no file to ${volume.description}`, { answers });
  const set = (field: string, value: string) => `set_inode_field <${inode}> ${field} ${value}`;
  const times = ['atime', 'ctime', 'mtime'].map((field) => set(field, `@${IMAGE_TIME}`));
  const owner = [set('uid', String(existing?.uid ?? 0)), set('gid', String(existing?.gid ?? 0))];
  await runDebugfs([set('mode', `0${(0o100000 | mode).toString(8)}`), ...owner, ...times], options);
}
