import {
  compareTools,
  describeToolDifferences,
  ensureSource,
  gitRef,
  gitUrls,
  isSourceAvailable,
  LOCK_NAME,
  lockField,
  readLock,
  resolveSource,
  UPDATE_COMMAND,
  updateLock,
  type GitSpec,
  type LockedGit,
  type LockedSource,
  type LockFile,
  type SourceSpec,
  type ToolDifference,
  type ToolVersions,
} from '@bringup/kbuild';
import { UserError } from '@bringup/process';
import { sourceContext } from '../tasks/source-context.js';
import type { Task } from '../tasks/task.js';

/** The lock entries that a target needs: a source, and tools with a way to ask this host for them. */
export interface Needs {
  readonly source?: SourceSpec;
  readonly toolNames: readonly string[];
  readonly probe: () => Promise<ToolVersions>;
}

/** A project's entries of the lock. */
export interface Locked {
  readonly source?: LockedSource;
  readonly tools: ToolVersions;
}

/**
 * The lock's entries for a project. An entry that is missing, or that is of another source than the options name, is resolved
 * and written, unless the lock is frozen. With a frozen lock, no tool of this host may differ from its entry, even if the
 * artifacts are up to date.
 *
 * @throws UserError `NOT_LOCKED` when frozen, `TOOLS_DIFFER`
 */
export async function ensureLocked(task: Task, needs: Needs): Promise<Locked> {
  const lock = await readLock(task.workspaceRoot);
  const present = entriesOf(lock, task.project, needs);
  if (present) {
    if (task.frozen) await checkPresentTools(present, needs.probe);
    return present;
  }
  if (task.frozen) {
    throw new UserError(
      'NOT_LOCKED',
      `${LOCK_NAME} does not have this project's source and tools, and a frozen run (CI) does not resolve them. ` +
        `Run this where it may be changed, and commit the result: ${UPDATE_COMMAND}`,
      { project: task.project },
    );
  }
  task.note(`not in ${LOCK_NAME} yet: resolving`);
  const tools = await needs.probe();
  // Entries of other projects stay: otherwise their artifacts would be rebuilt, or fail on other hosts.
  refuse(compareTools(lock.tools, tools, lockField).filter(({ locked }) => locked !== undefined));
  return writeLocked(task, needs, { fetch: true });
}

/**
 * Resolves the source, asks the tools, writes both to the lock.
 *
 * @param options.fetch fetch the source before it is locked: bytes that turn out wrong are not
 * @param options.keepAvailable leave a locked source as it is while it can still be had
 */
export async function writeLocked(
  task: Task,
  needs: Needs,
  options: { keepAvailable?: boolean; fetch?: boolean } = {},
): Promise<Locked> {
  const tools = await needs.probe();
  const kept = options.keepAvailable ? await keptSource(task, needs) : undefined;
  const source = kept ?? (needs.source ? await resolveAnew(task, needs.source) : undefined);
  if (options.fetch && source && needs.source) await fetch(task, needs.source, source);
  await updateLock(task.workspaceRoot, (lock) => ({
    ...lock,
    sources: source ? { ...lock.sources, [lockField(task.project)]: source } : lock.sources,
    tools: {
      ...lock.tools,
      ...Object.fromEntries(Object.entries(tools).map(([name, line]) => [lockField(name), line])),
    },
  }));
  return { source, tools };
}

/** The project that a source is for, and where to say what goes on. */
export type SourcePlace = Pick<Task, 'project' | 'signal' | 'note'>;

/** Looks a source up in its archive or repository; see `resolveSource`. Undefined for a directory, which is not locked. */
export async function resolveAnew(place: SourcePlace, spec: SourceSpec): Promise<LockedSource | undefined> {
  const context = sourceContext(place);
  return resolveSource(spec, context).finally(() => context.done());
}

/** True when a lock entry is one that the options name, and can still be had. */
export async function holdsHere(
  place: SourcePlace,
  spec: SourceSpec,
  locked: LockedSource,
): Promise<boolean> {
  if (!isOf(spec, locked)) return false;
  const context = sourceContext(place);
  return isSourceAvailable(locked, context).finally(() => context.done());
}

async function fetch(task: Task, spec: SourceSpec, locked: LockedSource): Promise<void> {
  const context = sourceContext(task);
  await ensureSource(spec, locked, context).finally(() => context.done());
}

/** The locked source, if it is one that the options name and can still be had. */
async function keptSource(task: Task, needs: Needs): Promise<LockedSource | undefined> {
  const locked = (await readLock(task.workspaceRoot)).sources[lockField(task.project)];
  if (!locked || !needs.source || !isOf(needs.source, locked)) return undefined;
  if (await holdsHere(task, needs.source, locked)) return locked;
  task.note(`${describeLocked(locked)} is locked, but the archive no longer has it: moving on`);
  return undefined;
}

function entriesOf(lock: LockFile, project: string, needs: Needs): Locked | undefined {
  const source = lock.sources[lockField(project)];
  if (needs.source && needs.source.kind !== 'directory' && !(source && isOf(needs.source, source)))
    return undefined;
  const tools: Record<string, string> = {};
  for (const name of needs.toolNames) {
    const line = lock.tools[lockField(name)];
    if (line === undefined) return undefined;
    tools[name] = line;
  }
  return { source: needs.source?.kind === 'directory' ? undefined : source, tools };
}

/** True when a lock entry is one that `spec` resolves to: the options may have changed since. */
function isOf(spec: SourceSpec, locked: LockedSource): boolean {
  if (spec.kind === 'git') return locked.kind === 'git' && isOfGit(spec, locked);
  if (spec.kind === 'directory' || locked.kind !== spec.kind) return false;
  switch (spec.kind) {
    case 'debian-package':
      return spec.package === locked.package || spec.fallback !== undefined;
    case 'debian-source':
      return spec.package === locked.package;
    case 'tarball':
      return spec.sha256 === locked.sha256 && (spec.stripComponents ?? 1) === (locked.stripComponents ?? 1);
  }
}

/** A commit is the same wherever it comes from. A tag or branch is that of a repository: of one of these mirrors. */
function isOfGit(spec: GitSpec, locked: LockedGit): boolean {
  const [urls, { by, name }] = [gitUrls(spec), gitRef(spec)];
  return locked[by] === name && (by === 'commit' || urls.some((url) => locked.url.includes(url)));
}

/** A locked source as people speak of it: `linux-source-6.1 6.1.9-1`, `https://…/linux.git v6.12`. */
export function describeLocked(locked: LockedSource): string {
  const [what, version] =
    locked.kind === 'git'
      ? [locked.url[0], locked.tag ?? locked.branch]
      : [locked.package ?? locked.url?.[0], locked.version];
  return [what ?? locked.kind, version].filter(Boolean).join(' ');
}

/**
 * Compares this host's tools with the locked ones, right before they are used. Nx stores the result under the
 * locked ones and shares it, so no other tool may make it.
 *
 * @returns the versions of this host's tools
 * @throws ToolError `TOOL_MISSING`; UserError `TOOLS_DIFFER`
 */
export async function checkTools(locked: Locked, probe: Needs['probe']): Promise<ToolVersions> {
  const found = await probe();
  refuse(compareTools(locked.tools, found, (name) => name));
  return found;
}

/**
 * {@link checkTools} for targets that publish nothing: a difference gives a note, and an error only when frozen.
 *
 * @throws ToolError `TOOL_MISSING`; UserError `TOOLS_DIFFER`
 */
export async function noteTools(task: Task, locked: Locked, probe: Needs['probe']): Promise<void> {
  const differences = compareTools(locked.tools, await probe(), (name) => name);
  if (task.frozen) refuse(differences);
  if (differences.length > 0) task.note(describeToolDifferences(differences));
}

/** A tool that this host lacks does not count as different: its results may be built already, or come from a cache. */
async function checkPresentTools(locked: Locked, probe: Needs['probe']): Promise<void> {
  try {
    await checkTools(locked, probe);
  } catch (error) {
    if ((error as { code?: string }).code !== 'TOOL_MISSING') throw error;
  }
}

function refuse(differences: readonly ToolDifference[]): void {
  if (differences.length === 0) return;
  throw new UserError('TOOLS_DIFFER', describeToolDifferences(differences), { differences });
}
