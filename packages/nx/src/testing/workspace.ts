import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ProjectConfiguration, TargetConfiguration } from '@nx/devkit';
import { formatLock, LOCK_NAME, lockField, type LockedSource } from '@bringup/kbuild';
import { createNodesV2 } from '../plugin/create-nodes.js';
import type { Task } from '../tasks/task.js';
import { findDeclaration, type ProjectLike } from '../workspace/declaration.js';
import { otherOutputs } from '../workspace/other-outputs.js';

/** A directory with these files; a value that is not a string is written as JSON. */
export function makeWorkspace(files: Record<string, unknown> = {}): string {
  const root = mkdtempSync(join(tmpdir(), 'bringup-nx-spec-'));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return root;
}

/** The files of a lock with these entries, for {@link makeWorkspace}. */
export function lockFiles({ sources = {}, tools = {} }: { sources?: object; tools?: object }) {
  const keyed = <T>(entries: object) =>
    Object.fromEntries(Object.entries(entries).map(([name, entry]) => [lockField(name), entry as T]));
  const files = formatLock({ sources: keyed<LockedSource>(sources), tools: keyed<string>(tools) });
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [`${LOCK_NAME}/${path}`, text]));
}

/** Writes the manifest that a build would have left beside the files of these directories. */
export function writeManifests(root: string, ...directories: readonly string[]): void {
  for (const directory of directories.map((path) => join(root, path))) {
    const artifacts = readdirSync(directory)
      .filter((name) => name !== 'manifest.json')
      .map((name) => {
        const bytes = readFileSync(join(directory, name));
        return [name, { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }];
      });
    const manifest = { version: 1, recipe: 'r', artifacts: Object.fromEntries(artifacts) as object };
    writeFileSync(join(directory, 'manifest.json'), JSON.stringify(manifest));
  }
}

/** A project.json with one declared target. */
export function project(name: string, executor: string, options: object, target = 'build') {
  return { name, targets: { [target]: { executor: `@bringup/nx:${executor}`, options } } };
}

/** The projects that the graph plugin infers in a workspace, by directory. */
export async function inferProjects(root: string, files: readonly string[]) {
  const results = await createNodesV2[1](files, undefined, { workspaceRoot: root, nxJsonConfiguration: {} });
  return Object.assign({}, ...results.map(([, { projects }]) => projects)) as Record<
    string,
    Partial<ProjectConfiguration> & { targets: Record<string, TargetConfiguration> }
  >;
}

/** A task that remembers what it said. */
export type TestTask = Task & { notes: string[] };

/** A task over a workspace with projects as Nx's graph has them. */
export function makeTask(
  workspaceRoot: string,
  name: string,
  projects: Record<string, Omit<ProjectLike, 'name'>> = {},
  more: Partial<Task> = {},
): TestTask {
  const notes: string[] = [];
  const declarationOf = (other: string) =>
    projects[other] && findDeclaration({ ...projects[other], name: other });
  return {
    workspaceRoot,
    project: name,
    projectRoot: projects[name]?.root ?? name,
    configuration: undefined,
    signal: new AbortController().signal,
    note: (message) => void notes.push(message),
    command: () => undefined,
    frozen: false,
    projects: Object.keys(projects),
    declarationOf,
    declarations: () => Object.keys(projects).flatMap((other) => declarationOf(other) ?? []),
    otherOutputs: () =>
      Object.entries(projects).flatMap(([other, found]) => otherOutputs({ ...found, name: other })),
    declaration: declarationOf(name),
    runtimeHashes: new Map(),
    hasConfigTarget: true,
    notes,
    ...more,
  };
}
