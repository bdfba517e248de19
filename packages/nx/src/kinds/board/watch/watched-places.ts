import { realpathSync, statSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { inputPaths } from '../../../graph/input-paths.js';
import { object, objects, text } from '../../../options/unchecked.js';
import { findDeclaration } from '../../../workspace/declaration.js';
import { PLUGIN } from '../../../options/declared-kinds.js';
import { isOutside } from '../../../workspace/links.js';
import { parseFileReference } from '../../../workspace/names-in-options.js';
import { allOptions, variantOutput } from '../../../workspace/variants.js';
import type { ReadBoard } from './read-board.js';

/** The places watched for a board: real, absolute paths of existing directories. */
export interface WatchedPlaces {
  /** With everything below them. None lies in another one. */
  readonly trees: readonly string[];
  /** Only the files in them: those that lie in no tree. */
  readonly directories: readonly string[];
  /** Paths that builds and the guest write while nobody edits, wherever they are. */
  readonly ignored: readonly string[];
}

/**
 * The places of the files that a board is made of: the directories of the projects that its run needs, and what the inputs of their
 * tasks name, which is all that Nx and Bringup hash. The workspace's own directory has nx.json.
 */
export function watchedPlaces(workspaceRoot: string, board: ReadBoard): WatchedPlaces {
  const root = realpathSync(workspaceRoot);
  const found = { trees: [] as string[], directories: [root] };
  for (const path of readPaths(board)) {
    const place = realPath(resolve(root, path));
    if (place?.isDirectory) found.trees.push(place.path);
    else if (place) found.directories.push(dirname(place.path));
    else found.directories.push(...existing(dirname(resolve(root, path))));
  }
  const all = [...new Set(found.trees)];
  const trees = all.filter((tree) => !all.some((other) => other !== tree && contains(other, tree))).sort();
  const directories = [...new Set(found.directories)]
    .filter((directory) => !trees.some((tree) => contains(tree, directory)))
    .sort();
  const watched = [...trees, ...directories];
  const ignored = [...new Set(writtenPaths(board).map((path) => resolve(root, path)))]
    .filter((path) => !watched.some((place) => contains(path, place)))
    .sort();
  return { trees, directories, ignored };
}

function projectsOf({ tasks, projects }: ReadBoard) {
  return [...new Set(tasks.map(({ project }) => project))].flatMap((name) => {
    const project = projects[name];
    return project ? [{ name, ...project }] : [];
  });
}

/** The run's own task has no inputs, for it is never cached: its board's `test` has them. */
function readPaths(board: ReadBoard): string[] {
  const isPart = (project: string, target: string) =>
    board.tasks.some((task) => task.project === project && task.target === target);
  return projectsOf(board).flatMap(({ name, root, targets = {} }) => [
    root,
    ...Object.entries(targets)
      .filter(([target, { executor }]) => isPart(name, target) || executor?.startsWith(`${PLUGIN}:`))
      .flatMap(([, { inputs }]) => inputPaths(inputs ?? [], root)),
  ]);
}

function writtenPaths(board: ReadBoard): string[] {
  return projectsOf(board).flatMap((project) => {
    const outputs = Object.values(project.targets ?? {}).flatMap((target) => target.outputs ?? []);
    const fixed = outputs.flatMap((output) => /^\{workspaceRoot\}\/([^*?{[]+)$/.exec(output)?.[1] ?? []);
    const declaration = findDeclaration(project);
    if (!declaration) return fixed;
    const variants = [undefined, ...Object.keys(declaration.configurations)];
    return [
      ...fixed,
      ...variants.map((variant) => variantOutput(declaration, variant)),
      ...allOptions(declaration).flatMap(guestsPaths),
    ];
  });
}

/** The files that a guest writes, and the directories that it shares with the workspace, where it sees an edit at once. */
function guestsPaths({ drives, shares, consoles, monitor }: Readonly<Record<string, unknown>>): string[] {
  const kept = objects(drives).flatMap(({ keepWrites, file }) => {
    const named = keepWrites === true && text(file) ? parseFileReference(text(file)!) : undefined;
    return named?.kind === 'file' ? [named.path] : [];
  });
  const others = [...objects(shares), ...objects(consoles), object(monitor)];
  return [...kept, ...others.flatMap(({ path }) => text(path) ?? [])];
}

function contains(directory: string, path: string): boolean {
  return !isOutside(relative(directory, path));
}

function realPath(path: string): { path: string; isDirectory: boolean } | undefined {
  try {
    const real = realpathSync(path);
    return { path: real, isDirectory: statSync(real).isDirectory() };
  } catch {
    return undefined; // The target that reads it reports the error.
  }
}

function existing(path: string): string[] {
  const place = realPath(path);
  return place?.isDirectory ? [place.path] : [];
}
