import { symlink } from 'fs-extra';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ToolError, withTemporaryDirectory } from '@bringup/process';
import { runDebugfs } from '../file-systems/debugfs.js';
import { byName, VOLUME, type FileNode, type FileSystemReader, type FileType, type Volume } from './entry.js';
import { damaged } from './errors.js';
import { parseDevice, parseInodeDump, parseTarget } from './inode.js';

const ROOT_INODE = 2;
/** linux/limits.h: PATH_MAX. */
const TARGET_MAX = 4096;

/** linux/stat.h: S_IFMT and its values. */
const TYPES: Readonly<Record<number, FileType>> = {
  0o01: 'fifo',
  0o02: 'char-device',
  0o04: 'directory',
  0o06: 'block-device',
  0o10: 'file',
  0o12: 'symlink',
  0o14: 'socket',
};

/** `     13  100644 (1)      0      0       2 21-Nov-2026 09:50 name`: inode, mode, type, owner, group, size, time, name. */
const LISTED = /^ +(\d+) {2,}([0-7]+) \(\d+\) +(-?\d+) +(-?\d+) +(\d+) ([ \d]\d-\w{3}-\d+ \d\d:\d\d) (.*)$/;
/** An entry of a directory that is free, without an inode or a time. */
const UNUSED = /^ +0 +0 \(\d+\) /;

/**
 * Reads ext2, ext3 and ext4 through debugfs, which is only ever told of inode numbers: no name of the image or of a user
 * becomes a part of a request.
 */
export function extReader(volume: Volume): FileSystemReader {
  return {
    caseSensitive: true,
    root: { name: '', type: 'directory', size: 0, locator: String(ROOT_INODE) },
    async list(directories) {
      const requests = directories.map(({ locator }) => `ls -l <${locator}>`);
      const answers = await debugfs(volume, requests);
      const found = answers.map((lines) => lines.flatMap((line) => parseListed(line, volume)));
      await readInodes(volume, found.flat());
      return found.map((nodes) => nodes.sort(byName));
    },
    extract: (files, directory) => dumpInodes(volume, files, directory),
  };
}

function parseListed(line: string, volume: Volume): FileNode[] {
  if (UNUSED.test(line)) return [];
  const [, inode, octal, uid, gid, bytes, time, name] = LISTED.exec(line) ?? [];
  if (inode === undefined || octal === undefined || time === undefined || name === undefined)
    throw damaged(volume, `debugfs listed what cannot be read: ${JSON.stringify(line)}`);
  if (name === '.' || name === '..') return [];
  const mode = parseInt(octal, 8);
  const type = TYPES[mode >> 12] ?? 'unknown';
  return [
    {
      name: unescapeName(name),
      locator: inode,
      type,
      size: type === 'file' || type === 'symlink' ? Number(bytes) : 0,
      mode: mode & 0o7777,
      // debugfs takes the 32 bits for signed.
      uid: Number(uid) >>> 0,
      gid: Number(gid) >>> 0,
      mtime: new Date(`${time.trim().replaceAll('-', ' ')} UTC`),
    },
  ];
}

/** debugfs writes every byte that is not printable ASCII, and a backslash, as `\x5c`. */
function unescapeName(escaped: string): string {
  const bytes = escaped.replace(/\\x([0-9a-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(parseInt(hex, 16)),
  );
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** Adds what only the inode has: targets of symlinks and numbers of devices. */
async function readInodes(volume: Volume, nodes: readonly FileNode[]): Promise<void> {
  const special = nodes.filter(({ type }) => type === 'symlink' || type.endsWith('-device'));
  if (special.length === 0) return;
  const dumps = await debugfs(
    volume,
    special.map(({ locator }) => `idump <${locator}>`),
  );
  for (const [index, node] of special.entries()) {
    const inode = parseInodeDump(dumps[index]!);
    if (node.type === 'symlink') node.target = parseTarget(inode);
    else Object.assign(node, parseDevice(inode));
  }
  const slow = special.filter((node) => node.type === 'symlink' && node.target === undefined);
  if (slow.length > 0) await readTargets(volume, slow);
}

/** A target that does not fit into the inode is the content of the symlink. */
async function readTargets(volume: Volume, links: readonly FileNode[]): Promise<void> {
  const long = links.find(({ size }) => size >= TARGET_MAX);
  if (long) throw damaged(volume, `symlink ${JSON.stringify(long.name)} has a target of ${long.size} bytes`);
  await withTemporaryDirectory('links', async (scratch) => {
    await dumpInodes(volume, links, scratch);
    for (const [index, link] of links.entries())
      link.target = await readFile(join(scratch, String(index)), 'utf8');
  });
}

async function dumpInodes(volume: Volume, files: readonly FileNode[], directory: string): Promise<void> {
  await symlink(volume.path, join(directory, VOLUME));
  const requests = files.map(({ locator }, index) => `dump <${locator}> ${index}`);
  await debugfs(volume, requests, directory);
  for (const [index, { name, size }] of files.entries()) {
    const dumped = await stat(join(directory, String(index)));
    if (dumped.size !== size)
      throw damaged(volume, `${JSON.stringify(name)} has ${dumped.size} bytes in place of ${size}`);
  }
}

async function debugfs(
  volume: Volume,
  requests: readonly string[],
  cwd = volume.directory,
): Promise<string[][]> {
  const options = { ...volume, device: extDevice(volume), cwd };
  const answers = await runDebugfs(requests, options).catch((error: unknown) => {
    if (!(error instanceof ToolError) || error.code !== 'TOOL_FAILED') throw error;
    throw damaged(volume, error.message, error);
  });
  if (answers.length !== requests.length) throw damaged(volume, 'debugfs stopped before the last request');
  return answers;
}

/** The volume as e2fsprogs take it, seen from a directory with a link to it. */
export function extDevice({ offset }: Pick<Volume, 'offset'>): string {
  return offset === 0 ? VOLUME : `${VOLUME}?offset=${offset}`;
}
