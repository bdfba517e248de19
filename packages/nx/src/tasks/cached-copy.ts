import { basename, join } from 'node:path';
import type { ExecutorContext } from '@nx/devkit';
import { manifestPath, readManifest } from '@bringup/kbuild';
import { copySparse, sha256File, writeAside } from '@bringup/process';
import { pathExists } from 'fs-extra';
import { outputPath } from '../workspace/paths.js';

/** The variables that Nx sets for the processes of a task. */
type TaskEnvironment = Readonly<Record<string, string | undefined>>;

/**
 * Copies the files that a task published into Nx's cache, when the task ran with --skip-nx-cache. Such a run does not store its
 * outputs, so a damaged copy would stay in the cache and be restored by the next run.
 *
 * @param options the executor's, merged by Nx
 * @returns the names of the files whose cached copies were replaced
 */
export async function renewCachedCopy(
  options: { outputPath?: unknown },
  context: Pick<ExecutorContext, 'root' | 'projectName' | 'configurationName' | 'target'>,
  env: TaskEnvironment = process.env,
): Promise<string[]> {
  const { NX_SKIP_NX_CACHE: skipped, NX_TASK_HASH: hash } = env;
  const step = publishedStep(context.target?.outputs ?? []);
  if (skipped !== 'true' || !hash || step === undefined) return [];
  const directory = outputPath(context.projectName ?? '', options.outputPath, context.configurationName);
  const entry = join(await cacheDirectory(), hash);
  const manifest = manifestPath(join(context.root, directory), step);
  const published = await readManifest(manifest);
  if (!published || !(await pathExists(entry))) return [];
  const renewed: string[] = [];
  for (const name of [...Object.keys(published.artifacts), basename(manifest)]) {
    const [file, cached] = [join(context.root, directory, name), join(entry, directory, name)];
    if ((await sha256File(cached).catch(() => undefined)) === (await sha256File(file))) continue;
    await writeAside(cached, (aside) => copySparse(file, aside));
    renewed.push(name);
  }
  return renewed;
}

/** The files that a task publishes with a manifest, found by the outputs that the graph declares. */
function publishedStep(outputs: readonly string[]): 'config' | 'build' | undefined {
  const steps = ['config', 'build'] as const;
  return steps.find((step) => outputs.includes(manifestPath('{options.outputPath}', step)));
}

async function cacheDirectory(): Promise<string> {
  // Loaded only when needed: all of devkit takes longer than most tasks.
  const { cacheDir } = await import('@nx/devkit');
  return cacheDir;
}
