import { join } from 'node:path';
import { ensureDir, remove } from 'fs-extra';
import { isPublished, publish, recipeOf } from '@bringup/kbuild';
import { UserError } from '@bringup/process';
import { hashTree, lintTree, writeInitramfs, type FileTree } from '@bringup/rootfs';
import { outputDirectory } from '../../tasks/output-directory.js';
import { initramfsTree } from './initramfs-tree.js';
import { whileOwning } from '../../tasks/owning.js';
import { checkTools, ensureLocked } from '../../lock/locked.js';
import { compressorNeeds } from './needs.js';
import type { Task } from '../../tasks/task.js';
import {
  initramfsDefaults,
  type FullInitramfsOptions,
  type InitramfsOptions,
} from '../../generated/initramfs-options.js';
import { engineIdentity } from '../../graph/engine.js';
import { initramfsName, workDirectory } from '../../workspace/paths.js';

/** `@bringup/nx:initramfs`: see schema.json. */
export default async function initramfsExecutor(task: Task, options: InitramfsOptions): Promise<void> {
  const full = { ...initramfsDefaults, ...options };
  const needs = compressorNeeds(full.compression);
  const locked = await ensureLocked(task, needs);
  const { tree, programs } = await initramfsTree(task, full);
  await checkTree(tree, programs);
  const output = outputDirectory(task, full.outputPath);
  const { compression, level } = full;
  const recipe = recipeOf([
    'initramfs',
    await hashTree(tree),
    compression,
    level ?? null,
    locked.tools,
    engineIdentity(),
  ]);
  await whileOwning(task, workDirectory(task.workspaceRoot, task.project, task.configuration), async () => {
    if (await isPublished(output, 'build', recipe)) {
      task.note('up to date, nothing to pack');
      return;
    }
    await checkTools(locked, needs.probe);
    await pack(task, tree, { compression, level, output, recipe });
  });
}

async function checkTree(tree: FileTree, programs: readonly string[]): Promise<void> {
  const problems = await lintTree(tree, { init: 'init', programs });
  if (problems.length === 0) return;
  throw new UserError(
    'INITRAMFS_WOULD_NOT_BOOT',
    ['this initramfs would not boot:', ...problems.map(({ message }) => `  ${message}`)].join('\n'),
    { problems },
  );
}

async function pack(
  task: Task,
  tree: FileTree,
  to: Pick<FullInitramfsOptions, 'compression' | 'level'> & { output: string; recipe: string },
): Promise<void> {
  const name = initramfsName(to.compression);
  const work = workDirectory(task.workspaceRoot, task.project, task.configuration);
  await ensureDir(work);
  const staged = join(work, name);
  try {
    const { bytes, uncompressedBytes } = await writeInitramfs(tree, staged, {
      compression: to.compression,
      level: to.level,
      signal: task.signal,
    });
    await publish(to.output, 'build', to.recipe, { [name]: staged });
    task.note(
      `packed ${tree.entries().length} entries, ${kib(uncompressedBytes)}, into ${name}, ${kib(bytes)}`,
    );
  } finally {
    await remove(staged);
  }
}

function kib(bytes: number): string {
  return `${Math.ceil(bytes / 1024)} KiB`;
}
