import { relative } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { openLines } from '@bringup/process';
import { describeFailure, type Task } from '../../../tasks/task.js';
import { bootedFrom, type BootedFrom } from './booted-from.js';
import { FileWatcher } from './file-watcher.js';
import { startGuest, type Guest } from './guest.js';
import type { ReadBoard } from './read-board.js';
import { rebuild } from './rebuild.js';
import { Saves } from './saves.js';
import { watchedPlaces, type WatchedPlaces } from './watched-places.js';
import { writtenFiles } from './written-files.js';
import { describeProjects } from '../../../tasks/project-context.js';

/** A change of branch saves thousands of files at once. */
const SHOWN_SAVES = 3;

/** How the run that watches was started. */
export interface WatchedRun {
  readonly target: string;
  /** The command line's options, as written there. */
  readonly overrides: readonly string[];
}

/**
 * Boots a board, and boots it again when a save has changed what it boots from, until the task is aborted.
 *
 * One process, this executor, has the terminal and starts each guest: QEMU has to be in the terminal's foreground group to read keys,
 * and so that Ctrl-C reaches nx and us while there is no guest. Only the builds are another nx's, in a group of its own and without
 * the terminal. It runs the very target that runs here, so that Nx itself finds the tasks before it and reads changed options; see
 * `handOver`.
 *
 * @throws UserError `WATCH_LIMIT`, and what `bootedFrom` throws before the first boot; ToolError `WATCH_FAILED`
 */
export async function watchBoard(task: Task, first: ReadBoard, run: WatchedRun): Promise<void> {
  const lines = openLines();
  const say = (line: string) => lines.write(`${task.project}: ${line}`);
  const saves = new Saves();
  let written: ReadonlySet<string> = new Set();
  const watcher = new FileWatcher((paths) => {
    const now = writtenFiles();
    // A guest's last writes may be reported after it has ended.
    if (now.size > 0) written = now;
    const saved = paths.filter((path) => !written.has(path));
    // None at all: the watcher missed some.
    if (saved.length > 0 || paths.length === 0) saves.add(saved);
  });
  let guest: Guest | undefined;
  try {
    const booted = await bootedFrom(task, first.options);
    const places = watchedPlaces(task.workspaceRoot, first);
    await watcher.watch(places);
    say(describeWatch(task.workspaceRoot, places));
    guest = startGuest(task, booted, say);
    while (!task.signal.aborted) {
      const saved = await saves.next(task.signal);
      say(`${describeSaves(task.workspaceRoot, saved)}: building`);
      guest = await bootAgain(task, { run, watcher, guest, say, onLine: lines.write });
    }
  } catch (error) {
    if (!task.signal.aborted) throw error;
    lines.write(''); // Behind the ^C that the terminal has echoed.
  } finally {
    await Promise.allSettled([guest?.end(), watcher.close()]);
    await lines.close();
  }
}

interface Watch {
  readonly run: WatchedRun;
  readonly watcher: FileWatcher;
  readonly guest: Guest;
  say(line: string): void;
  onLine(line: string): void;
}

/** Rebuilds after a save and returns the guest that runs then. A failure is shown and leaves the running guest alone. */
async function bootAgain(task: Task, { run, watcher, guest, say, onLine }: Watch): Promise<Guest> {
  try {
    const { workspaceRoot, project, configuration, signal } = task;
    const name = [project, run.target, ...(configuration === undefined ? [] : [configuration])].join(':');
    const { overrides } = run;
    const board = await rebuild({ workspaceRoot, task: name, overrides, signal, onLine });
    if (!board) {
      say(`the build failed: ${outlook(guest)}`);
      return guest;
    }
    await watcher.watch(watchedPlaces(workspaceRoot, board));
    const fresh: Task = { ...task, ...describeProjects(project, board.projects) };
    const booted = await bootedFrom(fresh, board.options);
    if (guest.isRunning() && isSameBoot(booted, guest.bootedFrom)) {
      say('the boot files are unchanged: the guest keeps running');
      return guest;
    }
    say('booting again');
    await guest.end();
    return startGuest(fresh, booted, say);
  } catch (error) {
    if (task.signal.aborted) throw error;
    say(describeFailure(error));
    say(outlook(guest));
    return guest;
  }
}

/** Whether two guests boot the same; what the running one writes, such as QEMU's log, does not count. */
function isSameBoot(...boots: readonly [BootedFrom, BootedFrom]): boolean {
  const written = writtenFiles();
  const [one, other] = boots.map(({ options, files }) => ({
    options,
    files: Object.fromEntries(Object.entries(files).filter(([path]) => !written.has(path))),
  }));
  return isDeepStrictEqual(one, other);
}

function outlook(guest: Guest): string {
  const next = 'the next save rebuilds';
  return guest.isRunning() ? `the guest keeps running, ${next}` : next;
}

function describeSaves(workspaceRoot: string, paths: readonly string[]): string {
  if (paths.length === 0) return 'files were saved';
  const shown = paths.slice(0, SHOWN_SAVES).map((path) => relative(workspaceRoot, path));
  const rest = paths.length > SHOWN_SAVES ? ` and ${paths.length - SHOWN_SAVES} more` : '';
  return `${shown.join(', ')}${rest} ${paths.length === 1 ? 'was' : 'were'} saved`;
}

function describeWatch(workspaceRoot: string, { trees, directories }: WatchedPlaces): string {
  const shown = [...trees, ...directories].map((path) => relative(workspaceRoot, path) || '.');
  return `watching ${shown.join(', ')}; Ctrl-A X ends the guest, Ctrl-C then ends the watch`;
}
