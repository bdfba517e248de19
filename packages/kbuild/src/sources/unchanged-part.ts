import { createHash } from 'node:crypto';
import { lstatSync, readlinkSync, type BigIntStats } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { writeFileAside } from '@bringup/process';
import { settingsOf } from './git-look.js';
import { isLink, place, SETTLED_MS } from './remembered-files.js';
import { lookAtTree } from './tree-look.js';
import { recordOf, rememberedDirectories } from './tree-record.js';
import type { FileSelection } from './tree-files.js';
import { realPath } from './real-path.js';

/** Files that decide whether an untracked file counts. */
const IGNORES = /(^|\/)\.gitignore$/;

const NUL = Buffer.alloc(1);

/** The same line that `stat` prints for scripts/source-hash.sh. ctime changes with every write, and no call can set it back. */
function formatFacts({ size, mtimeNs, ctimeNs, ino, mode, dev }: BigIntStats): string {
  return `${size} ${seconds(mtimeNs)} ${seconds(ctimeNs)} ${ino} ${mode.toString(16)} ${dev}\n`;
}

const SECOND = 1_000_000_000n;

function seconds(nanoseconds: bigint): string {
  return `${nanoseconds / SECOND}.${String(nanoseconds % SECOND).padStart(9, '0')}`;
}

/**
 * The file of the tree that a link of it leads to, if it is one; undefined for a link that leads out of the tree, or on by another link.
 *
 * @param top the tree's real path
 * @param name in latin1
 */
function targetOf(top: string, name: string): Buffer[] | undefined {
  try {
    const link = join(top, name);
    const target = resolve(dirname(link), readlinkSync(Buffer.from(link, 'latin1'), 'latin1'));
    if (!target.startsWith(`${top}/`)) return undefined;
    const path = Buffer.from(target, 'latin1');
    // The link leads nowhere. A file that appears there changes a directory of the tree, which is in the list.
    if (!lstatSync(path, { throwIfNoEntry: false })) return [];
    return realPath(path) === target ? [path] : undefined;
  } catch {
    return undefined; // A circle, a link to a link that leads nowhere, or a file in place of a directory.
  }
}

/** A question about a tree, and the answer. */
export interface Answer {
  readonly selection: FileSelection;
  /** Milliseconds since 1970, before the look that the answer is from. */
  readonly startedMs: number;
  readonly identity: string;
  /** One line. */
  readonly text: string;
  /** Files of the program that answers; the first is the one that the script starts. */
  readonly programs: readonly [string, ...string[]];
}

/**
 * Keeps an answer about some files of a tree for scripts/source-hash.sh, which takes a fraction of the time that Node takes to start: it
 * gives the answer again as long as `stat` prints the same of each of these files, and of all directories, in which a file may be new.
 * Nothing is kept if one of them changed in the last two seconds, or if a link leads out of the tree.
 *
 * The file has the answer, the SHA-256 of what `stat` prints of the script's program and of the paths, and the paths, each ended by NUL:
 * files, directories, programs.
 *
 * @param name of the file, in the tree's record
 */
export async function keepAnswer(
  directory: string,
  home: string,
  name: string,
  answer: Answer,
): Promise<void> {
  const record = recordOf(home, directory);
  const root = Buffer.from(directory);
  // stat of a link to a directory does not show that the directory has a new entry.
  if (!lstatSync(root).isDirectory()) return;
  const top = realPath(root);
  const { ofGit, ofPlainIndex } = rememberedDirectories(top, record);
  const directories = (await ofGit.settled()) ?? (await ofPlainIndex.settled());
  if (!directories) return;
  const file = join(record, name);
  const files = (await keptFiles(file, root, answer)) ?? (await listFiles(directory, home, answer));
  if (!files) return;
  const programs = answer.programs.map((path) => Buffer.from(path));
  const list = [
    ...files,
    ...directories.map((below) => (below === '.' ? root : place(root, below))),
    ...programs,
  ];
  const sum = createHash('sha256');
  for (const path of [programs[0]!, ...list]) {
    const status = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    if (status && Number(status.ctimeMs) >= answer.startedMs - SETTLED_MS) return;
    if (status) sum.update(formatFacts(status));
  }
  const head = Buffer.from(`${answer.text}\n${sum.digest('hex')}\n`);
  // A full disk only costs the next command time.
  await writeFileAside(file, Buffer.concat([head, ...list.flatMap((path) => [path, NUL])])).catch(
    () => undefined,
  );
}

/** The files of an earlier record: where the answer is the same, the files are. */
async function keptFiles(file: string, root: Buffer, { text }: Answer): Promise<Buffer[] | undefined> {
  const kept = (await readFile(file, 'latin1').catch(() => '')).split('\n');
  const paths = kept.slice(2).join('\n').split('\0');
  const end = paths.indexOf(root.toString('latin1'));
  if (kept[0] !== text || end < 0) return undefined;
  return paths.slice(0, end).map((path) => Buffer.from(path, 'latin1'));
}

async function listFiles(
  directory: string,
  home: string,
  { selection, identity }: Answer,
): Promise<Buffer[] | undefined> {
  const root = Buffer.from(directory);
  const top = realPath(root);
  const look = await lookAtTree(directory, [selection], home);
  if (look.identities.get(selection.key) !== identity) return undefined;
  const paths = [...(await settingsOf(directory))];
  for (const [name, own] of look.files()) {
    const isRead = selection.has(name);
    if (isRead || IGNORES.test(name)) paths.push(place(root, name));
    // Also where the link itself is not read: a file behind it may be.
    const behind = isLink(own) ? targetOf(top, name) : [];
    if (behind === undefined) return undefined;
    paths.push(...behind);
  }
  return paths;
}

/** Forgets an answer: whatever it was kept by, it has turned out to be another one. */
export async function forgetAnswer(directory: string, home: string, name: string): Promise<void> {
  await rm(join(recordOf(home, directory), name), { force: true }).catch(() => undefined);
}
