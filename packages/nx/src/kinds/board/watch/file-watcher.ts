import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { basename, relative } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { AsyncSubscription } from '@parcel/watcher';
import { ToolError, UserError } from '@bringup/process';
import { isOutside } from '../../../workspace/links.js';
import type { WatchedPlaces } from './watched-places.js';

/** Directories that are never entered: version control's, Nx's, ours, npm's. */
const NEVER = '(^|/)(\\.git|\\.nx|\\.bringup|node_modules)(/|$)';

/** Temporary files that are written beside a file before they replace it: by us, and by Vim, Emacs, GNOME, KDE and JetBrains. */
const BESIDE =
  /^(\..*\.tmp|4913|.*~|#.*#|\.#.*|\..*\.sw[a-z]|\.goutputstream-.*|\..*\.kate-swp|.*___jb_(tmp|old)___)$/s;

/** Whether a changed file is one that somebody saved. */
export function isSave(path: string): boolean {
  return !BESIDE.test(basename(path));
}

/**
 * Watches directories by inotify, one watch for each directory and not for each file: 5,000 for a kernel's tree of 80,000 files,
 * set up in a second by another thread.
 */
export class FileWatcher {
  private readonly subscriptions = new Map<string, AsyncSubscription>();

  /** @param onSave is given the saved files of each moment: none when the watcher itself has missed some */
  constructor(private readonly onSave: (paths: readonly string[]) => void) {}

  /**
   * Watches these places, and no longer those of an earlier call.
   *
   * @throws UserError `WATCH_LIMIT`; ToolError `WATCH_FAILED`
   */
  async watch({ trees, directories, ignored }: WatchedPlaces): Promise<void> {
    const wanted = new Map<string, [directory: string, ignore: RegExp]>();
    for (const tree of trees) {
      const ignore = ignoring(tree, ignored);
      wanted.set(`${identify(tree)} ${ignore.source}`, [tree, ignore]);
    }
    for (const directory of directories) wanted.set(`${identify(directory)} files`, [directory, /\//]);
    if (this.subscriptions.size === 0) await tryInotify(directories[0] ?? trees[0] ?? '/');
    for (const [key, [directory, ignore]] of wanted)
      if (!this.subscriptions.has(key)) this.subscriptions.set(key, await this.subscribe(directory, ignore));
    for (const key of this.subscriptions.keys()) if (!wanted.has(key)) await this.drop(key);
  }

  async close(): Promise<void> {
    for (const key of this.subscriptions.keys()) await this.drop(key);
  }

  private async subscribe(directory: string, ignore: RegExp): Promise<AsyncSubscription> {
    // Loaded for a watching run alone.
    const { subscribe } = await import('@parcel/watcher');
    const onEvents = (error: Error | null, events: readonly { path: string }[]) => {
      const saved = (events ?? []).map(({ path }) => path).filter(isSave);
      if (error !== null || saved.length > 0) this.onSave(saved);
    };
    return await subscribe(directory, onEvents, { ignore: [ignore, new RegExp(NEVER)] }).catch(
      (error: Error) => {
        throw watchError(directory, error);
      },
    );
  }

  private async drop(key: string): Promise<void> {
    const subscription = this.subscriptions.get(key);
    this.subscriptions.delete(key);
    await subscription?.unsubscribe();
  }
}

/** Another one when another directory has taken the place of one. */
function identify(directory: string): string {
  const status = statSync(directory, { throwIfNoEntry: false });
  return [directory, status?.dev, status?.ino].join(' ');
}

/**
 * Asks the kernel for one watcher, which a thread of Node's gives back when it ends: where there is none, `subscribe` would not fail
 * but wait for ever (@parcel/watcher 2.6.0).
 */
async function tryInotify(directory: string): Promise<void> {
  const program = "require('node:fs').watch(require('node:worker_threads').workerData).close()";
  const worker = new Worker(program, { eval: true, workerData: directory });
  await once(worker, 'exit').catch((error: Error) => {
    throw watchError(directory, error);
  });
}

/** Matches the ignored paths below a directory, relative to it. Without any, it matches no path. */
function ignoring(directory: string, ignored: readonly string[]): RegExp {
  const inside = ignored.map((path) => relative(directory, path)).filter((path) => !isOutside(path));
  const escaped = inside.map((path) => path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(escaped.length === 0 ? '^$' : `^(${escaped.join('|')})(/|$)`);
}

/** An error of the watcher, which has no code: its text is strerror(3)'s. Node's has the code in its text. */
export function watchError(directory: string, error: Error): Error {
  const fields = { directory };
  if (/No space left on device|ENOSPC/.test(error.message)) {
    const message =
      `cannot watch ${directory}: the limit of inotify watches is reached (fs.inotify.max_user_watches${limit('watches')}). ` +
      'Raise it: sudo sysctl fs.inotify.max_user_watches=524288';
    return new UserError('WATCH_LIMIT', message, fields, error);
  }
  if (/EMFILE/.test(error.message)) {
    const message =
      `cannot watch ${directory}: the limit of inotify instances is reached (fs.inotify.max_user_instances${limit('instances')}). ` +
      'Raise it: sudo sysctl fs.inotify.max_user_instances=1024';
    return new UserError('WATCH_LIMIT', message, fields, error);
  }
  const message = `cannot watch ${directory}: ${error.message}. Make sure that this user can read every directory in it`;
  return new ToolError('WATCH_FAILED', message, fields, error);
}

function limit(what: 'watches' | 'instances'): string {
  try {
    return ` = ${readFileSync(`/proc/sys/fs/inotify/max_user_${what}`, 'utf8').trim()}`;
  } catch {
    return '';
  }
}
