import { lockedIdentity, lockField, readLock, type LockedSource, type ToolVersions } from '@bringup/kbuild';
import { hostTools } from '../host-tools.js';
import { describeLocked, writeLocked } from '../../lock/locked.js';
import { needsOf } from '../needs.js';
import type { Task } from '../../tasks/task.js';
import type { UpdateOptions } from '../../generated/update-options.js';

/** `@bringup/nx:update`: see schema.json. */
export default async function updateExecutor(task: Task, options: UpdateOptions): Promise<void> {
  const before = await readLock(task.workspaceRoot);
  const needs = await needsOf(task);
  const { source, tools } = await writeLocked(
    task,
    { ...needs, probe: async () => ({ ...(await variantTools(task)), ...(await needs.probe()) }) },
    { keepAvailable: options.ifNeeded },
  );
  if (options.json) {
    console.log(JSON.stringify({ source, tools }, null, 2));
    return;
  }
  const own = before.sources[lockField(task.project)];
  const changes = [...describeSource(own, source), ...describeTools(before.tools, tools)];
  for (const line of changes) task.note(line);
  if (changes.length === 0) task.note('bringup.lock holds');
}

/** The tools of all variants, except those that only other variants need and this host lacks. */
async function variantTools({ workspaceRoot, declaration, declarationOf }: Task): Promise<ToolVersions> {
  const declarations = declaration ? [declaration] : [];
  return hostTools({ workspaceRoot, declarations, declarationOf });
}

function describeSource(before: LockedSource | undefined, now: LockedSource | undefined): string[] {
  if (!now || (before && lockedIdentity(before) === lockedIdentity(now))) return [];
  const id = now.kind === 'git' ? `commit ${now.commit}` : `sha256 ${now.sha256}`;
  const was = before?.kind === 'git' ? before.commit : before?.version;
  return [`source: ${describeLocked(now)}, ${id}${was ? ` (was ${was})` : ''}`];
}

function describeTools(before: ToolVersions, now: ToolVersions): string[] {
  return Object.entries(now)
    .map(([name, version]) => ({ name, version, was: before[lockField(name)] }))
    .filter(({ version, was }) => version !== was)
    .map(({ name, version, was }) => `tool ${name}: ${version}${was ? ` (was ${was})` : ''}`);
}
