import { join } from 'node:path';
import { readFile, realpath } from 'fs-extra';
import { buildModule, prepareKernel, recipeOf, requireModules, SYMBOL_VERSIONS } from '@bringup/kbuild';
import { sha256File, UserError } from '@bringup/process';
import { checkedOptions } from '../../options/checked-options.js';
import { outputDirectory } from '../../tasks/output-directory.js';
import { kernelDefaults } from '../../generated/kernel-options.js';
import type { FullKernelModuleOptions } from '../../generated/kernel-module-options.js';
import { globExpression } from '../../workspace/glob.js';
import { defaultModuleSources } from './module-sources.js';
import { LOCKED_PARTS, workDirectory } from '../../workspace/paths.js';
import { variantOptions } from '../../workspace/variants.js';
import { ownVariant } from '../../tasks/artifacts.js';
import {
  openKconfigProject,
  openMake,
  requireHashed,
  type KconfigProject,
} from '../kconfig/kconfig-project.js';
import { whileOwning } from '../../tasks/owning.js';
import { publishArtifacts } from '../../tasks/publish-artifacts.js';
import { findFiles } from '../program/program-files.js';
import { artifactPath, declarationFor } from '../../tasks/referenced.js';
import { requireBuilt } from '../../tasks/require-built.js';
import type { ProjectContext } from '../../tasks/project-context.js';
import type { Task } from '../../tasks/task.js';

/** The kernel that a module is for, as its project left it. */
interface ModuleKernel {
  /** The task as the kernel's project would have it. */
  readonly task: Task;
  readonly project: KconfigProject;
  readonly config: string;
  /** Its `Module.symvers`. */
  readonly symbols: string;
}

/** Builds and publishes a module, unless the one that is there has the same recipe. */
export async function makeModule(task: Task, options: FullKernelModuleOptions): Promise<void> {
  const kernel = await openKernel(task, options);
  await requireHashed(task, kernel.project, 'modules');
  const files = await moduleFiles(task, options.sources);
  const output = outputDirectory(task, options.outputPath);
  const recipe = await moduleRecipe(task, kernel, files);
  const work = workDirectory(await realpath(task.workspaceRoot), task.project, task.configuration);
  let compiled = 0;
  const make = async () => {
    const { artifacts, made } = await build(task, kernel, files, work);
    compiled = made.length;
    return artifacts;
  };
  const changed = await publishArtifacts(task, { work, output, recipe, verb: 'compile', make });
  if (!changed) return;
  if (changed.length > 0) task.note(`built ${changed.join(', ')}`);
  else task.note(`${compiled > 0 ? 'built' : 'nothing to compile'}; artifacts unchanged`);
}

/**
 * Makes a module in its kept directory, even if what is published is up to date. After an earlier build, make has little to do.
 *
 * @returns where the module's files are copied to, with what make left beside them, and the kernel's directory, where it ran
 */
export async function makeModuleInPlace(
  task: Task,
  options: FullKernelModuleOptions,
): Promise<{ staging: string; kernelOut: string }> {
  const kernel = await openKernel(task, options);
  const files = await moduleFiles(task, options.sources);
  const work = workDirectory(await realpath(task.workspaceRoot), task.project, task.configuration);
  await whileOwning(task, work, () => build(task, kernel, files, work));
  return { staging: stagingOf(work), kernelOut: preparedOf(kernel) };
}

/** Where a module's files are copied to. */
const stagingOf = (work: string) => join(work, 'out');
/** Where a kernel is as its modules are built against it. */
const preparedOf = ({ project }: ModuleKernel) => join(project.work, LOCKED_PARTS.preparedKernel);

/** @throws UserError `NOT_A_KERNEL_PROJECT`, `NOT_BUILT`, `MODULES_OFF` */
async function openKernel(
  task: Task,
  { kernel: name, ccache, jobs }: FullKernelModuleOptions,
): Promise<ModuleKernel> {
  const declaration = declarationFor(task, { option: 'kernel', kind: 'kernel', project: name });
  const variant = ownVariant(declaration.configurations, task);
  const given = checkedOptions('kernel', variantOptions(declaration, variant));
  const options = { ...kernelDefaults, ...given, ccache, ...(jobs === undefined ? {} : { jobs }) };
  const [configFile, symbols] = ['.config', SYMBOL_VERSIONS].map((file) => artifactPath(task, name, file));
  await requireBuilt(task, [configFile!]);
  const config = await readFile(configFile!, 'utf8');
  requireModules(config, name);
  await requireBuilt(task, [symbols!]);
  const own = { ...task, project: name, configuration: variant };
  return { task: own, project: await openKconfigProject(own, 'kernel', options), config, symbols: symbols! };
}

/** The files that the module is made from, relative to the workspace root. */
async function moduleFiles(task: ProjectContext, sources: readonly string[] | undefined): Promise<string[]> {
  if (sources === undefined) {
    const { patterns, without } = defaultModuleSources(task.projectRoot);
    const refused = without.flatMap((pattern) => globExpression(pattern) ?? []);
    const files = await findFiles(task.workspaceRoot, 'sources', patterns);
    return files.filter((file) => !refused.some((expression) => expression.test(file)));
  }
  const files = await findFiles(task.workspaceRoot, 'sources', sources);
  const outside = files.find((file) => file.startsWith('/') || file.startsWith('../'));
  if (outside === undefined) return files;
  const message = `sources: ${outside} lies outside the workspace, where make is not to look. Copy it into the workspace`;
  throw new UserError('SOURCES_OUTSIDE', message, { file: outside });
}

async function moduleRecipe(
  task: ProjectContext,
  kernel: ModuleKernel,
  files: readonly string[],
): Promise<string> {
  const { project, config, symbols } = kernel;
  const { arch, source, tools, engine, crossCompile, llvm } = project.ingredients('modules');
  return recipeOf([
    'kernel-module',
    [arch, crossCompile, llvm, source, engine],
    Object.entries(tools).sort(([a], [b]) => (a < b ? -1 : 1)),
    config,
    await sha256File(symbols),
    task.projectRoot,
    await Promise.all(
      files.map(async (file) => [file, await hashOf(join(task.workspaceRoot, file))] as const),
    ),
  ]);
}

/** The staging step reports a missing file. */
async function hashOf(path: string): Promise<string> {
  return sha256File(path).catch(() => 'no file');
}

/** One prepared kernel serves all of its modules, one module at a time. */
async function build(task: Task, kernel: ModuleKernel, files: readonly string[], work: string) {
  const { project, config, symbols } = kernel;
  return whileOwning(task, preparedOf(kernel), async () => {
    const make = await openMake(kernel.task, project, 'modules');
    const { tools } = make;
    const watch = { signal: task.signal, onCommand: task.command, onNote: task.note };
    await prepareKernel({ make, tools, config, symbols, label: kernel.task.project, ...watch });
    return buildModule({
      make,
      tools,
      directory: task.workspaceRoot,
      root: task.projectRoot,
      files,
      staging: stagingOf(work),
      project: task.project,
      kernel: kernel.task.project,
      onWarning: (line) => console.error(line),
      ...watch,
    });
  });
}
