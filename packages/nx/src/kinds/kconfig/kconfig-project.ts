import { availableParallelism, homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { realpath, stat } from 'fs-extra';
import {
  bringupHome,
  ccacheDirectory,
  describeParts,
  EMBEDDED_INITRAMFS_LINES,
  ensurePatched,
  ensureSource,
  KCONFIG_PROGRAMS,
  lockedIdentity,
  patchedIdentity,
  probeTools,
  toolchainOf,
  toolNames,
  type Arch,
  type BaseConfig,
  type CommonIngredients,
  type FragmentReference,
  type KconfigProgram,
  type LoadedPatch,
  type MakeSetting,
  type ProgramName,
  SOURCE_PARTS,
  type SourcePart,
  type SourceSpec,
  type SourceTree,
  type ToolVersions,
} from '@bringup/kbuild';
import { probeVersion, UserError } from '@bringup/process';
import { checkHashed } from './hashed-source.js';
import { loadPatches } from './patches.js';
import { outputDirectory } from '../../tasks/output-directory.js';
import { engineIdentity } from '../../graph/engine.js';
import { workDirectory } from '../../workspace/paths.js';
import { presetPath } from './presets.js';
import { isBaseFile, parseFragmentName } from '../../workspace/names-in-options.js';
import { checkTools, describeLocked, ensureLocked, type Locked, type Needs } from '../../lock/locked.js';
import { sourceContext } from '../../tasks/source-context.js';
import type { Task } from '../../tasks/task.js';

/** The options that kernel, BusyBox, U-Boot and their `config` targets share, with Nx's defaults filled in. */
export interface KconfigOptions {
  arch: Arch;
  source: SourceSpec;
  patches: readonly string[];
  base?: string;
  fragments: readonly string[];
  extraFragments: readonly string[];
  crossCompile?: string;
  llvm?: boolean;
  ccache: boolean;
  jobs?: number;
  outputPath?: string;
  static?: boolean;
  embeddedInitramfs?: string;
  dtbs?: readonly string[];
}

/** A kernel, BusyBox or U-Boot project at work: what is known before anything is fetched or compiled. */
export interface KconfigProject {
  readonly program: KconfigProgram;
  readonly options: KconfigOptions;
  readonly needs: Needs;
  readonly locked: Locked;
  /** The ingredients of a recipe. A source directory contributes only the files that this part of the work reads. */
  readonly ingredients: (part: SourcePart) => CommonIngredients;
  /** The part of the user's own source tree that this part of the work reads, as it was when the task began. */
  readonly directory: (part: SourcePart) => SourceTree | undefined;
  /** Applied to the source, in this order. */
  readonly patches: readonly LoadedPatch[];
  /** Where artifacts are published, absolute. */
  readonly output: string;
  /** The kept directory, absolute. */
  readonly work: string;
}

/** The entries that a project needs in the lock, and how to ask this host for them; its `update` target resolves the same ones. */
export function kconfigNeeds(
  name: ProgramName,
  options: Pick<KconfigOptions, 'arch' | 'source' | 'crossCompile' | 'llvm'>,
  workspaceRoot: string,
): Needs {
  const program = KCONFIG_PROGRAMS[name];
  const toolchain = toolchainOf(options.arch, options);
  const { source } = options;
  return {
    source: source.kind === 'directory' ? { ...source, path: resolve(workspaceRoot, source.path) } : source,
    toolNames: toolNames(program, toolchain),
    probe: () => probeTools(program, toolchain),
  };
}

export async function openKconfigProject(
  task: Task,
  name: ProgramName,
  options: KconfigOptions,
): Promise<KconfigProject> {
  const needs = kconfigNeeds(name, options, task.workspaceRoot);
  const locked = await ensureLocked(task, needs);
  const source = needs.source!;
  const { prefix, llvm } = toolchainOf(options.arch, options);
  const patches = await loadPatches(task.workspaceRoot, options.patches);
  if (source.kind === 'directory' && patches.length > 0) throw ownSourcePatched(source.path);
  const directory = source.kind === 'directory' ? await describeOwn(source.path, name) : undefined;
  const work = workDirectory(await realpath(task.workspaceRoot), task.project, task.configuration);
  const partOf = (part: SourcePart) => directory?.[part];
  return {
    program: KCONFIG_PROGRAMS[name],
    options,
    needs,
    locked,
    directory: partOf,
    patches,
    ingredients: (part) => ({
      program: name,
      arch: options.arch,
      crossCompile: prefix,
      llvm,
      source: partOf(part)?.identity ?? patchedIdentity(lockedIdentity(locked.source!), patches),
      tools: locked.tools,
      engine: engineIdentity(),
    }),
    output: outputDirectory(task, options.outputPath),
    work,
  };
}

/**
 * Refuses a source directory that changed after Nx hashed it. For targets that Nx caches.
 *
 * @throws UserError `SOURCE_CHANGED`
 */
export async function requireHashed(
  task: Task,
  project: KconfigProject,
  part: SourcePart,
  named?: string,
): Promise<void> {
  const tree = project.directory(part);
  if (tree) await checkHashed(task, project.program.name, part, tree, named);
}

function ownSourcePatched(path: string): UserError {
  const message =
    `patches are for a source that Bringup fetches, and ${path} is a directory of your own, which nothing is written into. ` +
    'Apply them there (git am, quilt push -a), and remove the option "patches"';
  return new UserError('OPTIONS_CONFLICT', message, { path });
}

async function describeOwn(
  path: string,
  name: ProgramName,
): Promise<Readonly<Record<SourcePart, SourceTree>>> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) return describeParts(path, bringupHome(), name, SOURCE_PARTS);
  const problem = found ? 'is not a directory' : 'does not exist';
  const message = `the source directory ${path} ${problem}. Correct the option "source".`;
  throw new UserError('SOURCE_MISSING', message, { path });
}

/** The output directory of each kind of work, below a project's kept directory. */
const OUT: Readonly<Record<SourcePart, string>> = { config: 'config', modules: 'modules', build: 'out' };

/** How make runs, and with which tools of this host: the key of its output directory, see `prepareOut`. */
export type HostMake = MakeSetting & { readonly tools: ToolVersions };

/** Makes ready what only a real run of make needs: checked tools, and the source on disk. */
export async function openMake(task: Task, project: KconfigProject, part: SourcePart): Promise<HostMake> {
  const { program, options, needs, directory, work } = project;
  const { prefix, llvm } = toolchainOf(options.arch, options);
  const tools = await checkTools(project.locked, needs.probe);
  const source = directory(part) ?? (await fetchSource(task, project));
  return {
    tools,
    arch: options.arch,
    variables: program.variables(options.arch),
    crossCompile: prefix,
    llvm,
    source,
    out: join(work, OUT[part]),
    jobs: options.jobs ?? availableParallelism(),
    ccacheDirectory:
      options.ccache && (await hasCcache()) ? ccacheDirectory(process.env, homedir()) : undefined,
  };
}

async function fetchSource(task: Task, { needs, locked, patches }: KconfigProject): Promise<SourceTree> {
  const context = sourceContext(task);
  try {
    const source = await ensureSource(needs.source!, locked.source, context);
    return await ensurePatched(source, describeLocked(locked.source!), patches, context);
  } finally {
    context.done();
  }
}

async function hasCcache(): Promise<boolean> {
  return probeVersion('ccache').then(
    () => true,
    () => false,
  );
}

/** The fragments of a project as the engine reads them, with what options add. */
export function fragmentReferences(
  options: KconfigOptions,
  name: ProgramName,
  workspaceRoot: string,
): FragmentReference[] {
  const references = [...options.fragments, ...options.extraFragments].map((text): FragmentReference => {
    const fragment = parseFragmentName(text);
    if (fragment.kind === 'tree') return fragment;
    if (fragment.kind === 'preset') return { kind: 'file', path: presetPath(fragment.name), shown: text };
    return { kind: 'file', path: isAbsolute(text) ? text : join(workspaceRoot, text), shown: text };
  });
  if (options.embeddedInitramfs !== undefined) {
    // Placed after the fragments, so that these lines win and a fragment's conflicting line is reported as overridden.
    const option = 'embeddedInitramfs';
    references.push(...EMBEDDED_INITRAMFS_LINES.map((line) => ({ kind: 'option' as const, option, line })));
  }
  if (name !== 'busybox') return references;
  const line = options.static === false ? '# CONFIG_STATIC is not set' : 'CONFIG_STATIC=y';
  return [{ kind: 'option', option: 'static', line }, ...references];
}

export function baseConfig(
  { program, options }: Pick<KconfigProject, 'program' | 'options'>,
  workspaceRoot: string,
): BaseConfig {
  const base = options.base ?? program.defaultBase(options.arch);
  return isBaseFile(base)
    ? { kind: 'file', path: resolve(workspaceRoot, base), shown: base }
    : { kind: 'goal', goal: base };
}
