import { join } from 'node:path';
import { recipeOf } from '@bringup/kbuild';
import { UserError } from '@bringup/process';
import { hashTree, lintTree, writeInitramfs, type FileTree } from '@bringup/rootfs';
import { outputDirectory } from '../../tasks/output-directory.js';
import { initramfsTree } from './initramfs-tree.js';
import { publishArtifacts } from '../../tasks/publish-artifacts.js';
import { checkTools, ensureLocked } from '../../lock/locked.js';
import { compressorNeeds } from './needs.js';
import { initramfsDefaults, type InitramfsOptions } from '../../generated/initramfs-options.js';
import { engineIdentity } from '../../graph/engine.js';
import { initramfsName, workDirectory } from '../../workspace/paths.js';
import type { Task } from '../../tasks/task.js';

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
  const name = initramfsName(compression);
  const size = { bytes: 0, uncompressedBytes: 0 };
  const make = async (scratch: () => Promise<string>) => {
    await checkTools(locked, needs.probe);
    const staged = join(await scratch(), name);
    Object.assign(size, await writeInitramfs(tree, staged, { compression, level, signal: task.signal }));
    return { [name]: staged };
  };
  const work = workDirectory(task.workspaceRoot, task.project, task.configuration);
  const changed = await publishArtifacts(task, { work, output, recipe, verb: 'pack', make });
  if (!changed) return;
  const count = tree.entries().length;
  task.note(`packed ${count} entries, ${kib(size.uncompressedBytes)}, into ${name}, ${kib(size.bytes)}`);
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

function kib(bytes: number): string {
  return `${Math.ceil(bytes / 1024)} KiB`;
}
