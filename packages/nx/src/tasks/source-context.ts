import { bringupHome, showProgress, type Progress, type SourceContext } from '@bringup/kbuild';
import type { Task } from './task.js';

/** A context for fetching sources that shows downloads in bytes; `done` ends the display. */
export function sourceContext(
  task: Pick<Task, 'project' | 'signal' | 'note'>,
): SourceContext & { done(): void } {
  let progress: { what: string; bar: Progress; isWhole: boolean } | undefined;
  const end = () => {
    if (progress?.isWhole) progress.bar.finish();
    else progress?.bar.stop();
    progress = undefined;
  };
  return {
    home: bringupHome(process.env),
    project: task.project,
    signal: task.signal,
    onWait: task.note,
    onProgress: (event) => {
      if ('note' in event) {
        end();
        task.note(`${event.what}: ${event.note}`);
        return;
      }
      const [done, total, unit, doing] =
        'doneObjects' in event
          ? ([event.doneObjects, event.totalObjects, 'objects', event.amount] as const)
          : ([event.doneBytes, event.totalBytes, 'bytes', ''] as const);
      if (progress?.what !== event.what) {
        end();
        progress = { what: event.what, bar: showProgress(event.what, unit, total), isWhole: false };
      }
      if (total !== undefined) progress.bar.total(total);
      progress.isWhole = done === total;
      progress.bar.update(done, doing);
    },
    done: end,
  };
}
