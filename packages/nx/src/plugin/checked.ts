import { dirname, join, relative, resolve } from 'node:path';
import type { ExecutorContext } from '@nx/devkit';
import { beginLook } from '@bringup/kbuild/identity';
import { directoryOf } from '../graph/inputs.js';
import { checkOptions, schemaFile, schemaNames } from '../options/check-options.js';
import { runTask, type Task } from '../tasks/task.js';
import { checkReferences } from './check-references.js';
import { keepNoColor } from './no-color.js';

/** The export of an `executor.ts`: the work of a task, with the options that Nx merged, and Nx's context. */
type Work = (task: Task, options: object, context: ExecutorContext) => Promise<void>;

/**
 * Every executor by its name, as executors.json names them (`checked.js#kernel`): options that it does not have are refused before
 * its code is loaded.
 */
function checked(name: string) {
  return async (options: object, context: ExecutorContext): Promise<{ success: boolean }> => {
    keepNoColor(process.env);
    const result = await runTask(context, async (task) => {
      checkOptions('executors', name, options);
      checkReferences(task, options);
      const [source] = directoryOf((options as { source?: unknown }).source);
      if (source !== undefined) beginLook(resolve(context.root, source));
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- One of many: only the one that runs is loaded.
      const { default: work } = require(executorFile(name)) as { default: Work };
      await work(task, options, context);
    });
    if (!result.success) return result;
    // Loaded only now, because it loads all of kbuild: a board has booted by then, so nobody waits for this.
    const { renewCachedCopy } = await import('../tasks/cached-copy.js');
    await renewCachedCopy(options, context);
    return result;
  };
}

/** The built code beside an executor's schema. */
function executorFile(name: string): string {
  const [sources, built] = [join(__dirname, '../../src'), join(__dirname, '..')];
  return join(built, relative(sources, dirname(schemaFile('executors', name))), 'executor.js');
}

export = Object.fromEntries(schemaNames('executors').map((name) => [name, checked(name)]));
