import { AbortedError } from '@bringup/process';
import { bootOnTerminal } from '../run-board.js';
import { describeFailure, type Task } from '../../../tasks/task.js';
import type { BootedFrom } from './booted-from.js';

/** A guest that a watching run has booted. */
export interface Guest {
  readonly bootedFrom: BootedFrom;
  isRunning(): boolean;
  /** Ends it, and resolves when the terminal is as it was. */
  end(): Promise<void>;
}

/** Boots a guest, which runs until it ends by itself, or until the task or the guest is ended. */
export function startGuest(task: Task, bootedFrom: BootedFrom, say: (line: string) => void): Guest {
  const ending = new AbortController();
  const signal = AbortSignal.any([task.signal, ending.signal]);
  let isRunning = true;
  const over = bootOnTerminal({ ...task, signal, note: say }, bootedFrom.options, say)
    .then(
      () => say('the guest has ended; the next save boots it again, Ctrl-C ends the watch'),
      (error: unknown) => {
        if (signal.aborted) return;
        say(describeFailure(error));
        say('the guest does not run; the next save boots it again, Ctrl-C ends the watch');
      },
    )
    .finally(() => (isRunning = false));
  return {
    bootedFrom,
    isRunning: () => isRunning,
    end: async () => {
      ending.abort(new AbortedError('another guest follows'));
      await over;
    },
  };
}
