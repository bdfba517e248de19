import { bringupHome, showProgress, type Progress, type SourceContext } from '@bringup/kbuild';
import type { Task } from './task.js';

/** A context for fetching sources that shows downloads in bytes; `done` ends the display. */
export function sourceContext(task: Task): SourceContext & { done(): void } {
  let progress: { what: string; bar: Progress } | undefined;
  const done = () => {
    progress?.bar.stop();
    progress = undefined;
  };
  return {
    home: bringupHome(process.env),
    project: task.project,
    signal: task.signal,
    onWait: (owner) =>
      task.note(`waiting for ${owner?.purpose ?? 'another run'} (pid ${owner?.pid ?? 'unknown'})`),
    onProgress: (event) => {
      if ('note' in event) {
        done();
        task.note(`${event.what}: ${event.note}`);
        return;
      }
      if (progress?.what !== event.what) {
        done();
        progress = { what: event.what, bar: showProgress(event.what, 'bytes', event.totalBytes ?? 1) };
      }
      if (event.totalBytes !== undefined) progress.bar.total(event.totalBytes);
      progress.bar.update(event.doneBytes, '');
    },
    done,
  };
}
