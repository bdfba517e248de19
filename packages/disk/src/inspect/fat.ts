import { symlink } from 'fs-extra';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram, scrubbedEnvironment, ToolError, UserError } from '@bringup/process';
import { IMAGE_TIME } from '../common/identity.js';
import { byName, VOLUME, type FileNode, type FileSystemReader, type Volume } from './entry.js';
import { damaged, printable } from './errors.js';

/**
 * `ALONGN~1 TXT      2 2026-11-21   9:52  a long name.txt`: the short name in columns of 8 and 3, size, date, time, and
 * the long name, if there is one.
 */
const LISTED = /^(.{8}) (.{3}) *(<DIR>|\d+) +(\d{4}-\d\d-\d\d) +(\d+):(\d\d) (?: (.+))?$/u;
/** mdir's lines about the volume and about what it counted. */
const FRAME = /^$|^ Volume |^Directory for |^No files$|^ +[\d ]+ files? +[\d ]+ bytes$|^ +[\d ]+ bytes free$/;
/** FAT specification: a path with its drive has up to 260 characters; a longer one goes in circles. */
const PATH_MAX = 260;

/** Reads FAT12, FAT16 and FAT32 through mtools. */
export function fatReader(volume: Volume): FileSystemReader {
  return {
    caseSensitive: false,
    root: { name: '', type: 'directory', size: 0, locator: '' },
    async list(directories) {
      const lists: FileNode[][] = [];
      for (const { locator } of directories) lists.push(await listDirectory(volume, locator));
      return lists;
    },
    async extract(files, directory) {
      await symlink(volume.path, join(directory, VOLUME));
      for (const [index, file] of files.entries()) {
        await runMtools(volume, ['mcopy', '-n'], [fatPath(file.locator), String(index)], directory);
        const copied = await stat(join(directory, String(index)));
        if (copied.size !== file.size)
          throw damaged(
            volume,
            `${printable(file.locator)} has ${copied.size} bytes in place of ${file.size}`,
          );
      }
    },
  };
}

async function listDirectory(volume: Volume, directory: string): Promise<FileNode[]> {
  if (directory.length > PATH_MAX) throw damaged(volume, 'a directory contains itself');
  const { stdout } = await runMtools(volume, ['mdir', '-a'], [`${fatPath(directory)}/`]);
  const nodes: FileNode[] = [];
  for (const line of stdout.split('\n')) {
    if (FRAME.test(line)) continue;
    const node = parseListed(line, directory);
    if (node === undefined)
      throw damaged(
        volume,
        `mdir listed what cannot be read in /${printable(directory)}: ${JSON.stringify(line)}`,
      );
    if (node.name !== '.' && node.name !== '..') nodes.push(node);
  }
  return nodes.sort(byName);
}

function parseListed(line: string, directory: string): FileNode | undefined {
  const [, base, extension, size, date, hour, minute, long] = LISTED.exec(line) ?? [];
  if (base === undefined || extension === undefined || size === undefined) return undefined;
  const short = extension.trim() === '' ? base.trimEnd() : `${base.trimEnd()}.${extension.trimEnd()}`;
  const name = long ?? short;
  const mtime = new Date(`${date}T${hour!.padStart(2, '0')}:${minute}:00Z`);
  return {
    name,
    type: size === '<DIR>' ? 'directory' : 'file',
    size: size === '<DIR>' ? 0 : Number(size),
    // A volume without a clock leaves day 0 of month 0.
    ...(Number.isNaN(mtime.getTime()) ? {} : { mtime }),
    locator: directory === '' ? name : `${directory}/${name}`,
  };
}

/**
 * A path as mtools take it: a backslash keeps brackets from being wildcards.
 *
 * @throws UserError `UNSAFE_NAME` for what FAT has no name with, and mtools would take for a wildcard
 */
export function fatPath(path: string): string {
  if (/[*?\\]/.test(path))
    throw new UserError('UNSAFE_NAME', `${printable(path)}: no name on FAT has * ? or \\ in it`, { path });
  return `::/${path.replace(/[[\]]/g, '\\$&')}`;
}

/** Runs a program of mtools on the volume, with long names as UTF-8. */
export async function runMtools(
  volume: Volume,
  command: readonly [program: string, ...options: string[]],
  names: readonly string[],
  cwd = volume.directory,
): Promise<{ stdout: string }> {
  const env = scrubbedEnvironment({
    LC_ALL: 'C.UTF-8',
    MTOOLS_SKIP_CHECK: '1',
    MTOOLS_DATE_STRING: 'yyyy-mm-dd',
    MTOOLS_TWENTY_FOUR_HOUR_CLOCK: '1',
    SOURCE_DATE_EPOCH: String(IMAGE_TIME),
  });
  const image = volume.offset === 0 ? VOLUME : `${VOLUME}@@${volume.offset}`;
  const argv = [...command, '-i', image, ...names] as const;
  return await runProgram(argv, { cwd, env, signal: volume.signal }).catch((error: unknown) => {
    if (!(error instanceof ToolError) || error.code !== 'TOOL_FAILED') throw error;
    throw damaged(volume, `mtools cannot read it (${(error.fields.tail as string[]).join('; ')})`, error);
  });
}
