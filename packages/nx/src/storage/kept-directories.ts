import { join } from 'node:path';
import { lstat, pathExists, readdir } from 'fs-extra';
import {
  diskUsage,
  findLockHolder,
  isRemovalLeftover,
  removeEmptied,
  removeLockedDirectory,
  type LockOptions,
} from '@bringup/process';
import type { Declaration } from '../workspace/declaration.js';
import { LOCKED_PARTS, workDirectories, workDirectory } from '../workspace/paths.js';

/** The end of the names of the files that a lock has beside the directory that it protects. */
const LOCK_FILE = /\.(flock|owner)(\..*)?$/;

/** A directory that is kept between the runs of one variant of a project. */
export interface KeptDirectory {
  readonly path: string;
  /** The project and its variant, as in messages: `kernel`, `kernel:debug`; for one that no longer exists, its directory's name. */
  readonly name: string;
  /** Undefined when the workspace no longer has the project or the variant. */
  readonly declaration?: Declaration;
  /** On the disk. */
  readonly bytes: number;
  /** When a task last worked in it; milliseconds since 1970. */
  readonly usedMs: number;
  /** The process that works in it, in words. */
  readonly holder?: string;
  /** It has the UEFI variables of a board. */
  readonly hasUefiVariables: boolean;
}

/**
 * All kept directories of a workspace.
 *
 * @param declarations of all projects, with the variants that they have from others
 */
export async function listKept(
  workspaceRoot: string,
  declarations: readonly Declaration[],
): Promise<KeptDirectory[]> {
  const known = new Map(
    declarations.flatMap((declaration) =>
      [undefined, ...Object.keys(declaration.configurations)].map((variant) => [
        workDirectory(workspaceRoot, declaration.project, variant),
        { declaration, name: [declaration.project, ...(variant === undefined ? [] : [variant])].join(':') },
      ]),
    ),
  );
  const kept: KeptDirectory[] = [];
  const build = workDirectories(workspaceRoot);
  for (const project of await directoriesIn(build)) {
    for (const variant of await directoriesIn(join(build, project))) {
      const path = join(build, project, variant);
      const leftover = isRemovalLeftover(variant);
      const name = leftover ? `${project} (an interrupted removal)` : `${project}/${variant}`;
      kept.push({ name, ...known.get(path), ...(await describe(path)) });
    }
  }
  return kept;
}

async function directoriesIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

async function describe(path: string) {
  return {
    path,
    bytes: await diskUsage(path),
    usedMs: await lastChange(path, 2),
    holder: await holderOf(path),
    hasUefiVariables: await pathExists(join(path, LOCKED_PARTS.uefiVariables)),
  };
}

async function holderOf(path: string): Promise<string | undefined> {
  for (const locked of [path, ...Object.values(LOCKED_PARTS).map((name) => join(path, name))]) {
    const holder = await findLockHolder(locked);
    if (holder !== undefined) return holder;
  }
  return undefined;
}

/** Every task makes or removes a file this near to the top: a log, a mark, a lock's owner. */
async function lastChange(path: string, depth: number): Promise<number> {
  const found = await lstat(path).catch(() => undefined);
  if (!found) return 0;
  if (!found.isDirectory() || depth === 0) return found.mtimeMs;
  const names = await readdir(path).catch(() => []);
  const times = await Promise.all(names.map((name) => lastChange(join(path, name), depth - 1)));
  return Math.max(found.mtimeMs, ...times);
}

/**
 * Removes a kept directory.
 *
 * @param wait wait for the processes that hold its locks, instead of leaving it alone
 * @returns the process that holds a lock, in words, when it was left alone
 */
export async function removeKept(
  path: string,
  options: LockOptions & { wait: boolean },
): Promise<string | undefined> {
  const holder = await removeLockedDirectory(path, { ...options, inner: Object.values(LOCKED_PARTS) });
  if (holder === undefined) await removeEmptied(join(path, '..'));
  return holder;
}

/**
 * Removes what is kept for a project.
 *
 * @param variant only that of one variant
 * @returns what was removed, with its bytes on the disk
 */
export async function removeProjectKept(
  workspaceRoot: string,
  { project, variant }: { project: string; variant?: string },
  options: LockOptions,
): Promise<{ path: string; bytes: number }[]> {
  const all = workDirectories(workspaceRoot, project);
  const names = (await readdir(all).catch(() => [])).map((name) => name.replace(LOCK_FILE, ''));
  const paths = [...new Set(names)].sort().map((name) => join(all, name));
  const wanted = variant === undefined ? paths : [workDirectory(workspaceRoot, project, variant)];
  const removed: { path: string; bytes: number }[] = [];
  for (const path of wanted) {
    const bytes = (await pathExists(path)) ? await diskUsage(path) : undefined;
    await removeKept(path, { ...options, wait: true });
    if (bytes !== undefined) removed.push({ path, bytes });
  }
  return removed;
}
