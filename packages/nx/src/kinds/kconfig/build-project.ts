import { join, resolve } from 'node:path';
import { pathExists, readFile } from 'fs-extra';
import {
  build,
  buildRecipe,
  checkDtbs,
  EMBEDDED_INITRAMFS,
  invalidate,
  namesCommit,
  planDtbs,
  planTreeModules,
  scmState,
  type ExtraArtifacts,
  type MakeSetting,
} from '@bringup/kbuild';
import type { TreeEdits } from '@bringup/kbuild/identity';
import { isBringupError, sha256File, UserError } from '@bringup/process';
import { variantOutput } from '../../workspace/variants.js';
import { configureProject } from './configure-project.js';
import { embeddedInitramfs } from './embedded-initramfs.js';
import { openMake, requireHashed, type KconfigProject } from './kconfig-project.js';
import { whileOwning } from '../../tasks/owning.js';
import { publishArtifacts } from '../../tasks/publish-artifacts.js';
import { requireBuilt } from '../../tasks/require-built.js';
import type { Task } from '../../tasks/task.js';

/** Turns what make left into the files to publish: artifact name → file. */
export type Collect = (
  built: Record<string, string>,
  make: MakeSetting,
  config: string,
) => Promise<Record<string, string>>;

/**
 * Builds and publishes a project, unless what is published was made by the same recipe. The configuration is the
 * one that the `config` target left; a project without that target is configured first.
 */
export async function buildProject(task: Task, project: KconfigProject, collect?: Collect): Promise<void> {
  const { ingredients, output, work, options } = project;
  await requireHashed(task, project, 'build');
  const { config, initramfs } = await buildInputs(task, project);
  const tree = project.directory('build');
  const commit = tree && namesCommit(config) ? await scmState(tree.path, tree.own?.edits) : undefined;
  if (commit !== undefined) await requireHashed(task, project, 'build', commit);
  const recipe = buildRecipe(ingredients('build'), config, [
    options.static ?? null,
    options.dtbs ?? [],
    initramfs === undefined ? null : await sha256File(initramfs),
    ...(commit === undefined ? [] : [commit]),
  ]);
  const make = async () => {
    const { built } = await runMake(task, project, { config, initramfs }, collect);
    if (commit !== undefined && (await scmState(tree!.path, editsAfter(tree!.own?.edits))) !== commit)
      throw committed(tree!.path);
    return built;
  };
  const changed = await publishArtifacts(task, { work, output, recipe, verb: 'make', make });
  if (!changed) return;
  task.note(changed.length > 0 ? `built ${changed.join(', ')}` : 'built; artifacts unchanged');
}

/** The state of edits after make: an edit from before is still in the tree, and others may have followed. */
function editsAfter(before: TreeEdits | undefined): TreeEdits {
  return before === 'some' ? 'some' : 'unknown';
}

function committed(path: string): UserError {
  return new UserError(
    'SOURCE_CHANGED',
    `${path}: another commit was checked out while make ran, and the kernel's release names the commit. Nothing is published. ` +
      'Run the same command again.',
    { path },
  );
}

/**
 * Makes a project in its kept directory, even if what is published is up to date, and lets `use` look at the files there. After an
 * earlier build, make has little to do.
 */
export async function makeInPlace<T>(
  task: Task,
  project: KconfigProject,
  use: (make: MakeSetting) => Promise<T>,
): Promise<T> {
  const inputs = await buildInputs(task, project);
  return whileOwning(task, project.work, async () => use((await runMake(task, project, inputs)).make));
}

/** The inputs of a build besides the source: the final `.config`, and the initramfs that goes into a kernel. */
interface BuildInputs {
  readonly config: string;
  readonly initramfs: string | undefined;
}

async function buildInputs(task: Task, project: KconfigProject): Promise<BuildInputs> {
  const initramfs = await embeddedInitramfs(task, project.options);
  if (!task.hasConfigTarget) await configureProject(task, project);
  const config = await readConfig(task, project.output);
  initramfs?.checkKernel(config);
  return { config, initramfs: initramfs?.file };
}

async function runMake(
  task: Task,
  project: KconfigProject,
  { config, initramfs }: BuildInputs,
  collect: Collect = async (built) => built,
): Promise<{ built: Record<string, string>; make: MakeSetting }> {
  const { program, options, output } = project;
  const { arch, dtbs = [] } = options;
  const make = await openMake(task, project, 'build');
  await checkDtbs(make.source.path, arch, dtbs);
  const built = await build({
    program,
    make,
    config,
    extra: extraArtifacts(project, config),
    files: initramfs === undefined ? {} : { [EMBEDDED_INITRAMFS]: initramfs },
    tools: make.tools,
    label: task.project,
    signal: task.signal,
    onCommand: task.command,
    onNote: task.note,
    collect: (made) => collect(made, make, config),
  }).catch(async (error: unknown) => {
    // No longer up to date: the command in the message remakes it.
    if (isBringupError(error) && error.code === 'CONFIG_DRIFT') await invalidate(output, 'config');
    throw error;
  });
  return { built, make };
}

/** The artifacts besides those that the program always has: device trees, modules, and the files that modules are built against. */
function extraArtifacts({ program, options }: KconfigProject, config: string): ExtraArtifacts {
  const dtbs = planDtbs(options.arch, options.dtbs ?? []);
  const modules = program.name === 'kernel' ? planTreeModules(config) : { goals: [], artifacts: {} };
  return {
    goals: [...dtbs.goals, ...modules.goals],
    artifacts: { ...dtbs.artifacts, ...modules.artifacts },
  };
}

async function readConfig(task: Task, output: string): Promise<string> {
  const { declaration, configuration, workspaceRoot } = task;
  const path = join(output, '.config');
  const declared = declaration && variantOutput(declaration, configuration);
  if (declared !== undefined && resolve(workspaceRoot, declared) !== output && !(await pathExists(path)))
    throw givenToOneTarget(task, declared);
  await requireBuilt(task, [path]);
  return readFile(path, 'utf8');
}

function givenToOneTarget({ project, declaration }: Task, declared: string): UserError {
  const message =
    `outputPath on the command line applies to this target alone, but ${project}:config wrote the configuration to ${declared}. ` +
    `Set it in the options of ${project}:${declaration!.target} in ${declaration!.root}/project.json`;
  return new UserError('OUTPUT_OF_ONE_TARGET', message, { declared });
}
