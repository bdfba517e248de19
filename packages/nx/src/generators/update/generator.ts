import { writeSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import type { GeneratorCallback, Tree } from '@nx/devkit';
import { lockField, type LockedSource, type LockFile } from '@bringup/kbuild';
import { describeHostError, isBringupError, terminationSignal, ToolError } from '@bringup/process';
import type { FullUpdateGeneratorOptions } from '../../generated/update-generator-options.js';
import { hostTools, lockedToolNames } from '../../host/host-tools.js';
import { needsOf } from '../../host/needs.js';
import { holdsHere, resolveAnew, type SourcePlace } from '../../lock/locked.js';
import type { Declaration } from '../../workspace/declaration.js';
import { readTreeLock, splitLock, writeTreeLock } from '../tree-lock.js';
import { GeneratedWorkspace } from '../workspace.js';
import { requireWritable } from '../writable.js';
import { formatMoves, movesJson, type Moves } from './report.js';

/**
 * `nx g @bringup/nx:update`: moves the whole lock on. A project whose source cannot be resolved does not keep the others;
 * the generator fails once their entries are written.
 */
export default async function update(
  tree: Tree,
  options: FullUpdateGeneratorOptions,
): Promise<GeneratorCallback> {
  const isDryRun = process.env.NX_DRY_RUN === 'true';
  // Unlike other generators, this one does not set the workspace up for Bringup: it writes the lock alone.
  const workspace = new GeneratedWorkspace(tree);
  await splitLock(workspace);
  const lock = readTreeLock(tree);
  const moves = await findMoves(workspace, lock, options.ifNeeded);
  writeTreeLock(tree, applied(lock, moves));
  requireWritable({ root: tree.root, listChanges: () => tree.listChanges() });
  const report = () => {
    // At once and whole: Nx ends its process without waiting for a pipe to be drained.
    writeSync(1, options.json ? movesJson(moves, isDryRun) : formatMoves(moves, isDryRun, options.ifNeeded));
    failIfAny(moves);
  };
  // Nx does not call back in a dry run.
  if (isDryRun) report();
  return report;
}

function failIfAny({ failures }: Moves): void {
  if (failures.length === 0) return;
  const projects = new Map<string, string[]>();
  for (const { project, message } of failures)
    projects.set(message, [...(projects.get(message) ?? []), project]);
  const message = [...projects].map(([text, names]) => `${names.join(', ')}: ${text}`).join('\n');
  throw new ToolError('UPDATE_INCOMPLETE', message, { failures });
}

function applied(lock: LockFile, { sources, tools }: Moves): LockFile {
  const entries = <T>(moves: readonly { name: string; to: T }[]) =>
    Object.fromEntries(moves.map(({ name, to }) => [lockField(name), to]));
  return {
    ...lock,
    sources: { ...lock.sources, ...entries(sources) },
    tools: { ...lock.tools, ...entries(tools) },
  };
}

async function findMoves(workspace: GeneratedWorkspace, lock: LockFile, ifNeeded: boolean): Promise<Moves> {
  const declarations = workspace.declarations();
  const given = {
    workspaceRoot: workspace.tree.root,
    declarations,
    declarationOf: (name: string) => workspace.declarationOf(name),
  };
  const found = await hostTools(given);
  const tools = Object.entries(found)
    .map(([name, to]) => ({ name, from: lock.tools[lockField(name)], to }))
    .filter(({ from, to }) => from !== to);
  const names = await lockedToolNames(given);
  const lacking = names.filter((name) => !Object.hasOwn(found, name));
  const termination = terminationSignal();
  const resolved = new Map<string, Promise<LockedSource | undefined>>();
  const moves: Moves = { sources: [], tools, lacking, failures: [] };
  try {
    for (const declaration of declarations) {
      const { project } = declaration;
      const place = { project, signal: termination.signal, note: (line: string) => console.error(line) };
      const from = lock.sources[lockField(project)];
      await sourceOf({ ...given, declaration, place, from, ifNeeded, resolved }).then(
        (to) => {
          if (to && !isDeepStrictEqual(from, to)) moves.sources.push({ name: project, from, to });
        },
        (error: unknown) => {
          termination.signal.throwIfAborted();
          const described = describeHostError(error);
          if (!isBringupError(described)) throw described;
          moves.failures.push({ project, message: described.message });
        },
      );
    }
  } finally {
    termination.dispose();
  }
  return moves;
}

/** The source that a project's entry is to have. Projects with the same source and entry share one look at the archive. */
async function sourceOf(given: {
  workspaceRoot: string;
  declarationOf: (name: string) => Declaration | undefined;
  declaration: Declaration;
  place: SourcePlace;
  from: LockedSource | undefined;
  ifNeeded: boolean;
  resolved: Map<string, Promise<LockedSource | undefined>>;
}): Promise<LockedSource | undefined> {
  const { workspaceRoot, declarationOf, declaration, place, from, ifNeeded, resolved } = given;
  const { project } = declaration;
  const { source } = await needsOf({ project, workspaceRoot, declaration, declarationOf });
  if (!source) return undefined;
  const key = JSON.stringify([source, from]);
  const known =
    resolved.get(key) ??
    (async () =>
      from && ifNeeded && (await holdsHere(place, source, from)) ? from : resolveAnew(place, source))();
  resolved.set(key, known);
  return known;
}
