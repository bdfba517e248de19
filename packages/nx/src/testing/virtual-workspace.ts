import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GeneratorCallback, Tree } from '@nx/devkit';
import { createTreeWithEmptyWorkspace } from '@nx/devkit/testing';
import { GeneratedWorkspace } from '../generators/workspace.js';
import type { Declaration } from '../workspace/declaration.js';

type Generator = (tree: Tree, options: object) => unknown;

const generators = join(__dirname, '..', 'generators');

/** A workspace of Nx that is in memory alone. */
export interface VirtualWorkspace {
  readonly tree: Tree;
  /** Runs a generator as Nx does: the defaults of its schema filled in. */
  generate(name: string, options?: object): Promise<void>;
  declarationOf(project: string): Declaration | undefined;
  /** The names of all projects of Bringup. */
  projects(): string[];
  /** All files, with their content. */
  files(): Record<string, string>;
  json(path: string): unknown;
}

export function virtualWorkspace(): VirtualWorkspace {
  const tree = createTreeWithEmptyWorkspace({ formatter: 'none' });
  const look = () => new GeneratedWorkspace(tree);
  return {
    tree,
    generate: async (name, options = {}) => {
      const schema = JSON.parse(readFileSync(join(generators, name, 'schema.json'), 'utf8'));
      const defaults = Object.entries(schema.properties as Record<string, { default?: unknown }>).flatMap(
        ([option, property]) => (property.default === undefined ? [] : [[option, property.default]]),
      );
      const all = (await import('../generators/checked.js')) as unknown as Record<string, Generator> & {
        default?: Record<string, Generator>;
      };
      await ((all.default ?? all)[name]!(tree, {
        ...Object.fromEntries(defaults),
        ...options,
      }) as Promise<GeneratorCallback>);
    },
    declarationOf: (project) => look().declarationOf(project),
    projects: () =>
      look()
        .declarations()
        .map(({ project }) => project),
    files: () => Object.fromEntries(filesBelow(tree, '.').map((path) => [path, tree.read(path, 'utf8')!])),
    json: (path) => JSON.parse(tree.read(path, 'utf8')!),
  };
}

function filesBelow(tree: Tree, directory: string): string[] {
  return tree
    .children(directory)
    .map((name) => (directory === '.' ? name : `${directory}/${name}`))
    .flatMap((path) => (tree.isFile(path) ? [path] : filesBelow(tree, path)));
}
