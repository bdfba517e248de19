import { createReadStream } from 'node:fs';
import { chmod, copyFile, lstat, mkdir, realpath, stat, symlink } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { remove } from 'fs-extra';
import { UserError, withTemporaryDirectory, writeAllAside } from '@bringup/process';
import { damaged, printable } from './errors.js';
import { walk } from './list.js';
import type { FileEntry } from './entry.js';
import type { OpenPartition } from './partition.js';
import { findNode, toEntry, type FoundNode } from './resolve.js';

interface CopyOutOptions {
  /** Replace files of the host. */
  force?: boolean;
  /** Copy symlinks too, with their targets unchanged. Nothing is ever written through them. Default: false, they are skipped. */
  symlinks?: boolean;
}

interface CopiedOut {
  /** Host paths of the files and symlinks written. */
  written: string[];
  /** The entries that were not copied: devices, sockets, and symlinks unless asked for. */
  skipped: FileEntry[];
}

/**
 * Writes a file's content to a stream, and ends it. A symlink is followed within the file system.
 *
 * @throws UserError `IS_DIRECTORY`, `NOT_A_FILE`, `NO_SUCH_PATH`, `NOT_A_DIRECTORY`, `SYMLINK_LOOP`, `CORRUPT_FILE_SYSTEM`;
 * then nothing was written
 */
export async function readFile(partition: OpenPartition, path: string, output: Writable): Promise<void> {
  const { node } = await findFile(partition, path);
  await withTemporaryDirectory('read', async (scratch) => {
    await partition.reader.extract([node], scratch);
    await pipeline(createReadStream(join(scratch, '0')), output);
  });
}

async function findFile(partition: OpenPartition, path: string): Promise<FoundNode> {
  const found = await findNode(partition, path, true);
  if (found.node.type === 'file') return found;
  const isDirectory = found.node.type === 'directory';
  const remedy = isDirectory ? '. List it, or copy it out' : '';
  const message = `${partition.description}: ${printable(path)} is a ${found.node.type}, not a file${remedy}`;
  throw new UserError(isDirectory ? 'IS_DIRECTORY' : 'NOT_A_FILE', message, { path, type: found.node.type });
}

/**
 * Copies a file, or a directory with everything below, to the host. Files get the permissions that they have (none of
 * setuid, setgid, sticky), and belong to whoever copies. A file goes to `hostPath`, or into it if that is a directory.
 *
 * @throws UserError `HOST_FILE_EXISTS`, `UNSAFE_NAME` (nothing was written then), `NOT_A_FILE`, and what {@link readFile}
 * throws
 */
export async function copyOut(
  partition: OpenPartition,
  path: string,
  hostPath: string,
  options: CopyOutOptions = {},
): Promise<CopiedOut> {
  const found = await findNode(partition, path, true);
  if (found.node.type !== 'directory') {
    const file = await findFile(partition, path);
    const target = (await isDirectory(hostPath)) ? join(hostPath, safeName(basename(path))) : hostPath;
    await writeAll(partition, [], [{ ...file, target: resolve(target) }], [], options);
    return { written: [resolve(target)], skipped: [] };
  }
  const root = await realpath(hostPath).catch(() => resolve(hostPath)); // The user's own link is followed.
  const nodes = await walk(partition, found, true);
  for (const { node, path } of nodes) {
    safeName(node.name);
    if (node.target === '' || node.target?.includes('\0'))
      throw damaged(partition, `symlink ${printable(path)} has a target that none can have`);
  }
  const start = found.path === '/' ? 1 : found.path.length + 1;
  const plan = nodes.map((entry) => ({ ...entry, target: join(root, entry.path.slice(start)) }));
  checkTwins(partition, plan);
  const of = (type: string) => plan.filter(({ node }) => node.type === type);
  const links = options.symlinks ? of('symlink') : [];
  const directories = [{ ...found, target: root }, ...of('directory')];
  const files = of('file');
  await writeAll(partition, directories, files, links, options);
  const copied = new Set<Target>([...directories, ...files, ...links]);
  return {
    written: [...files, ...links].map(({ target }) => target),
    skipped: plan.filter((entry) => !copied.has(entry)).map((entry) => toEntry(entry.node, entry.path)),
  };
}

/** Something of the image, and the absolute path that it gets. */
interface Target extends FoundNode {
  target: string;
}

/**
 * A name of an image that a host's file may have: it stays in its directory, and obeys no terminal.
 *
 * @throws UserError `UNSAFE_NAME`
 */
function safeName(name: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what is refused
  if (name !== '' && name !== '.' && name !== '..' && !/[/\x00-\x1f\x7f\ufffd]/.test(name)) return name;
  const message = `the image has a file called ${JSON.stringify(name)}: a name with control characters, without UTF-8, or that leads elsewhere is not written to the host`;
  throw new UserError('UNSAFE_NAME', message, { name });
}

function checkTwins(partition: OpenPartition, plan: readonly Target[]): void {
  const seen = new Set<string>();
  for (const { target, path } of plan) {
    if (seen.has(target)) throw damaged(partition, `two entries are called ${printable(path)}`);
    seen.add(target);
  }
}

async function writeAll(
  partition: OpenPartition,
  directories: readonly Target[],
  files: readonly Target[],
  links: readonly Target[],
  options: CopyOutOptions,
): Promise<void> {
  for (const { target } of directories) await checkDirectory(target);
  for (const { target } of [...files, ...links]) await checkFile(target, options.force ?? false);
  await withTemporaryDirectory('copy', async (scratch) => {
    const nodes = files.map(({ node }) => node);
    if (nodes.length > 0) await partition.reader.extract(nodes, scratch);
    for (const { target } of directories) await mkdir(target, { recursive: true });
    const writes = files.map(({ node, target }, index) => ({
      path: target,
      write: async (aside: string) => {
        await copyFile(join(scratch, String(index)), aside);
        // The user who copies can read, replace and remove it.
        await chmod(aside, ((node.mode ?? 0o644) & 0o777) | 0o600);
      },
    }));
    await writeAllAside(writes);
  });
  // Last, so that no file was written through one.
  for (const { node, target } of links) {
    if (options.force) await remove(target);
    await symlink(node.target!, target);
  }
}

/** A directory that is there has to be one: a symlink, perhaps of an image before, would lead files elsewhere. */
async function checkDirectory(path: string): Promise<void> {
  const found = await lstatIfThere(path);
  if (found === undefined || found.isDirectory()) return;
  const message = `${path} already exists and is not a directory. Remove it, or copy to another place`;
  throw new UserError('HOST_FILE_EXISTS', message, { path });
}

async function checkFile(path: string, force: boolean): Promise<void> {
  const found = await lstatIfThere(path);
  if (found === undefined || (force && !found.isDirectory())) return;
  const remedy = found.isDirectory() ? 'it is a directory' : 'use force to replace it';
  throw new UserError('HOST_FILE_EXISTS', `${path} already exists: ${remedy}, or copy to another place`, {
    path,
  });
}

async function lstatIfThere(path: string) {
  return await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}

async function isDirectory(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
