import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { writeFile } from 'fs-extra';
import { runProgram, ToolError, UserError } from '@bringup/process';
import { byName, VOLUME, type FileNode, type FileSystemReader, type FileType, type Volume } from './entry.js';
import { damaged } from './errors.js';

const TYPES: Readonly<Record<string, FileType>> = {
  '-': 'file',
  d: 'directory',
  l: 'symlink',
  c: 'char-device',
  b: 'block-device',
  p: 'fifo',
  s: 'socket',
};
/** `crw------- 0/5   5,  1 1980-01-01 00:00 squashfs-root/dev/console` */
const LISTED =
  /^([-dlcbps])([-rwxsStT]{9}) (\d+)\/(\d+) +(?:(\d+), *(\d+)|(\d+)) (\d{4}-\d\d-\d\d) (\d\d:\d\d) squashfs-root(?:\/(.*))?$/;
const ARROW = ' -> ';
/** Files that one program writes: far from the limits of an argument list. */
const FILES_AT_ONCE = 64;

/** Reads squashfs through unsquashfs, which lists it as a whole. */
export function squashfsReader(volume: Volume): FileSystemReader {
  let whole: Promise<Map<string, FileNode[]>> | undefined;
  return {
    caseSensitive: true,
    root: { name: '', type: 'directory', size: 0, locator: '' },
    async list(directories) {
      const tree = await (whole ??= listWhole(volume));
      return directories.map(({ locator }) => tree.get(locator) ?? []);
    },
    async extract(files, directory) {
      for (let first = 0; first < files.length; first += FILES_AT_ONCE)
        await extractSome(volume, files.slice(first, first + FILES_AT_ONCE), directory, first);
    },
  };
}

async function listWhole(volume: Volume): Promise<Map<string, FileNode[]>> {
  const { stdout } = await unsquashfs(volume, ['-lln', '-UTC'], []);
  const tree = new Map<string, FileNode[]>([['', []]]);
  for (const line of stdout.split('\n')) {
    if (line === '') continue;
    const node = parseListed(line);
    if (node === undefined) {
      const message = `${volume.description}: unsquashfs lists ${JSON.stringify(line)}, which a name with a line break may be the cause of. Such a file system cannot be looked into`;
      throw new UserError('UNSAFE_NAME', message, { image: volume.description, line });
    }
    if (node.locator === '') continue;
    const directory = node.locator.slice(0, Math.max(0, node.locator.lastIndexOf('/')));
    const siblings = tree.get(directory);
    if (siblings === undefined)
      throw damaged(volume, `${JSON.stringify(node.locator)} is listed before its directory`);
    siblings.push(node);
    if (node.type === 'directory') tree.set(node.locator, []);
  }
  for (const nodes of tree.values()) nodes.sort(byName);
  return tree;
}

function parseListed(line: string): FileNode | undefined {
  const match = LISTED.exec(line);
  if (match === null) return undefined;
  const [, letter, permissions, uid, gid, major, minor, bytes, date, time, rest = ''] = match;
  const type = TYPES[letter!]!;
  const size = type === 'file' || type === 'symlink' ? Number(bytes) : 0;
  const parts = type === 'symlink' ? splitTarget(rest, size) : { path: rest };
  if (parts === undefined) return undefined;
  return {
    name: parts.path.slice(parts.path.lastIndexOf('/') + 1),
    locator: parts.path,
    type,
    size,
    mode: parsePermissions(permissions!),
    uid: Number(uid),
    gid: Number(gid),
    mtime: new Date(`${date}T${time}:00Z`),
    ...('target' in parts ? { target: parts.target } : {}),
    ...(major === undefined ? {} : { major: Number(major), minor: Number(minor) }),
  };
}

/** The size says where the target begins: both sides may have an arrow in them. */
function splitTarget(rest: string, size: number): { path: string; target: string } | undefined {
  const bytes = Buffer.from(rest);
  const start = bytes.length - size;
  if (start < ARROW.length || bytes.toString('utf8', start - ARROW.length, start) !== ARROW) return undefined;
  return { path: bytes.toString('utf8', 0, start - ARROW.length), target: bytes.toString('utf8', start) };
}

/** `rwsr-xr-t` as bits. */
function parsePermissions(text: string): number {
  let mode = 0;
  for (const [index, letter] of [...text].entries()) {
    if (!'-ST'.includes(letter)) mode |= 0o400 >> index;
    if ('sStT'.includes(letter)) mode |= 0o4000 >> Math.floor(index / 3);
  }
  return mode;
}

/** unsquashfs writes the files one after the other to its stdout; their sizes tell them apart. */
async function extractSome(
  volume: Volume,
  files: readonly FileNode[],
  directory: string,
  first: number,
): Promise<void> {
  const all = join(directory, 'all');
  await unsquashfs(
    volume,
    ['-cat'],
    files.map(({ locator }) => `/${locator}`),
    all,
  );
  const total = files.reduce((sum, { size }) => sum + size, 0);
  const { size: written } = await stat(all);
  if (written !== total) throw damaged(volume, `its files have ${written} bytes in place of ${total}`);
  let start = 0;
  for (const [index, { size }] of files.entries()) {
    const path = join(directory, String(first + index));
    if (size === 0) await writeFile(path, '');
    else await pipeline(createReadStream(all, { start, end: start + size - 1 }), createWriteStream(path));
    start += size;
  }
}

async function unsquashfs(
  volume: Volume,
  options: readonly string[],
  files: readonly string[],
  outputFile?: string,
): Promise<{ stdout: string }> {
  const argv = [
    'unsquashfs',
    '-no-wildcards',
    '-o',
    String(volume.offset),
    ...options,
    VOLUME,
    ...files,
  ] as const;
  const run = { cwd: volume.directory, signal: volume.signal, outputFile };
  return await runProgram(argv, run).catch((error: unknown) => {
    if (!(error instanceof ToolError) || error.code !== 'TOOL_FAILED') throw error;
    throw damaged(volume, `unsquashfs cannot read it (${(error.fields.tail as string[]).join('; ')})`, error);
  });
}
