import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import { ensureDir, pathExists, readdir, realpath, rename, stat, writeFile } from 'fs-extra';
import {
  describeDiskError,
  noSpaceError,
  saysNoSpace,
  keepInUse,
  ownDirectory,
  releaseDirectory,
  removeTree,
  runProgram,
  ToolError,
  withLock,
} from '@bringup/process';
import { checkTree } from './check-tree.js';
import type { SourceContext, SourceTree } from './model.js';
import { ensureWritable } from './writable.js';

/** For trees that no archive has dated: 1980-01-01, the first day that FAT and zip can hold. */
export const DEFAULT_EPOCH = 315532800;

/** Where a maker works; all of it is gone afterwards, whatever happens. */
export interface Workplace {
  /** A path of its own for downloads; nothing is there yet. */
  work: string;
  /** A file for one download; always the same, so that a killed run's is found. */
  part: string;
  /** Where the tree is to be made; nothing is there yet. */
  tree: string;
}

/** Whether the finished tree of `identity` is in the store. */
export async function hasTree(identity: string, ctx: SourceContext): Promise<boolean> {
  return pathExists(treePath(identity, ctx));
}

/** Where the finished tree of `identity` is, or would be. */
export function treePath(identity: string, ctx: Pick<SourceContext, 'home'>): string {
  return join(ctx.home, 'sources', identity.slice(0, 32));
}

/** The file whose time is when the tree of `identity` was last used. */
export function usedMark(identity: string, { home }: Pick<SourceContext, 'home'>): string {
  return join(home, 'used', identity.slice(0, 32));
}

/**
 * The finished tree of `identity` in the store, made by `make` if it is missing. An existing tree is
 * complete, because it came by a rename, and using it needs no permission to write. It is not pruned as long as this
 * process or a program that it started runs.
 *
 * @throws UserError `STORE_NOT_WRITABLE`, `SOURCE_UNSAFE`, `SOURCE_EMPTY`
 * @throws ToolError `NO_SPACE`
 */
export async function ensureTree(
  identity: string,
  what: string,
  ctx: SourceContext,
  make: (place: Workplace) => Promise<void>,
): Promise<SourceTree> {
  const id = identity.slice(0, 32);
  const path = treePath(identity, ctx);
  // Again when it was pruned between the two.
  while (!(await keepInUse(path))) {
    await ensureWritable(ctx.home, ['sources', 'downloads', 'locks']);
    const options = { purpose: `fetching ${what}`, onWait: ctx.onWait, signal: ctx.signal };
    await withLock(join(ctx.home, 'locks', id), options, async () => {
      if (!(await pathExists(path))) await makeTree(identity, path, ctx, make);
    });
  }
  await markUsed(identity, ctx);
  return { path: await realpath(path), identity, epoch: await readEpoch(path) };
}

/** Where this cannot be written, pruning goes by the time at which the tree was fetched. */
async function markUsed(identity: string, ctx: SourceContext): Promise<void> {
  const mark = usedMark(identity, ctx);
  await ensureDir(dirname(mark)).catch(() => undefined);
  await writeFile(mark, '').catch(() => undefined);
}

/** How apt says that the device is full (apt-pkg/acquire.cc). */
const APT_NO_SPACE = /enough free space in/;

async function makeTree(
  identity: string,
  path: string,
  ctx: SourceContext,
  make: (place: Workplace) => Promise<void>,
): Promise<void> {
  const id = identity.slice(0, 32);
  const sources = join(ctx.home, 'sources');
  const downloads = join(ctx.home, 'downloads');
  await removeLeftovers([sources, downloads], id);
  // Names of our own: a killed run's reaper may still be removing that run's.
  const unique = `${id}.${randomBytes(6).toString('hex')}`;
  const place = {
    work: join(downloads, `${unique}.work`),
    part: join(downloads, `${identity}.part`),
    tree: join(sources, `.${unique}.unpack`),
  };
  ownDirectory(place.work);
  ownDirectory(place.tree);
  try {
    await make(place);
    await checkTree(place.tree);
    await runProgram(['chmod', '-R', 'a+rX,a-w,a-st', place.tree], { signal: ctx.signal });
    ctx.signal?.throwIfAborted();
    await rename(place.tree, path);
  } catch (error) {
    const isSaid =
      error instanceof ToolError && (saysNoSpace(error.message) || APT_NO_SPACE.test(error.message));
    throw isSaid ? noSpaceError(sources, error) : describeDiskError(error, path);
  } finally {
    // The next run removes what this one cannot. An error that brought us here matters more.
    await Promise.allSettled([place.work, place.part, place.tree].map(removeTree));
    releaseDirectory(place.work);
    releaseDirectory(place.tree);
  }
}

/** Removes what runs that were killed left of this source; under its lock there is no live one. */
async function removeLeftovers(directories: readonly string[], id: string): Promise<void> {
  for (const directory of directories) {
    const names = (await readdir(directory)).filter(
      (name) => name !== id && (name.startsWith(id) || name.startsWith(`.${id}.`)),
    );
    await Promise.all(names.map((name) => removeTree(join(directory, name))));
  }
}

async function readEpoch(tree: string): Promise<number> {
  const { mtimeMs } = await stat(join(tree, 'Makefile')).catch(() => ({ mtimeMs: DEFAULT_EPOCH * 1000 }));
  return Math.floor(mtimeMs / 1000);
}
