import { isDeepStrictEqual } from 'node:util';
import { posix } from 'node:path';
import { getProjects, writeJson, type Tree } from '@nx/devkit';
import type { Arch } from '@bringup/kbuild';
import { suggestNames, UserError } from '@bringup/process';
import type { DeclaredKind } from '../options/declared-kinds.js';
import { findDeclaration, type Declaration } from '../workspace/declaration.js';
import { declaredTarget, projectJson, type ProjectDescription } from '../workspace/describe.js';
import { checkProjectName, workspaceDirectory } from '../workspace/names.js';

/** A workspace that a generator adds to: its projects as the graph plugin reads them, and the notes to print. */
export class GeneratedWorkspace {
  /** Notes that are printed once the files are written. */
  readonly notes: string[] = [];

  constructor(readonly tree: Tree) {}

  /** The declaration of a project; undefined when the project does not exist or is not one of Bringup's. */
  declarationOf(name: string): Declaration | undefined {
    const found = getProjects(this.tree).get(name);
    return found && findDeclaration({ ...found, name });
  }

  hasProject(name: string): boolean {
    return getProjects(this.tree).has(name);
  }

  projectNames(): string[] {
    return [...getProjects(this.tree).keys()].sort();
  }

  /** The declarations of all projects of Bringup, sorted by name. */
  declarations(): Declaration[] {
    return [...getProjects(this.tree)]
      .flatMap(([name, project]) => findDeclaration({ ...project, name }) ?? [])
      .sort((a, b) => (a.project < b.project ? -1 : 1));
  }

  /**
   * A project that an option names.
   *
   * @param kinds what it may be
   * @param arch where it must be for one
   * @throws UserError `UNKNOWN_PROJECT`, `WRONG_PROJECT`
   */
  require(option: string, name: string, kinds: readonly DeclaredKind[], arch?: Arch): Declaration {
    const fits = (found: Declaration) =>
      kinds.includes(found.kind) && (arch === undefined || found.options.arch === arch);
    const what = `${kinds.join(' or ')} project${arch === undefined ? '' : ` for ${arch}`}`;
    const found = this.declarationOf(name);
    if (found && fits(found)) return found;
    const names = this.declarations()
      .filter(fits)
      .map(({ project }) => project);
    const hint = names.length > 0 ? suggestNames(name, names) : `This workspace has no ${what}`;
    if (!this.hasProject(name))
      throw new UserError('UNKNOWN_PROJECT', `${option}: there is no project ${name}. ${hint}`, {
        name,
        names,
      });
    const is = found
      ? `${/^[aeiou]/.test(found.kind) ? 'an' : 'a'} ${found.kind} project for ${String(found.options.arch)}`
      : 'no project of Bringup';
    throw new UserError('WRONG_PROJECT', `${option}: ${name} is ${is}, but a ${what} is wanted. ${hint}`, {
      name,
      names,
    });
  }

  /**
   * Adds a project. One that is there already and declares the same is left alone, with all of its files.
   *
   * @throws UserError `PROJECT_EXISTS`, `FILE_EXISTS`, `BAD_PROJECT_NAME`, `BAD_DIRECTORY`
   */
  add(description: ProjectDescription): void {
    const { project, kind } = description;
    checkProjectName(project);
    const root = workspaceDirectory(description.root);
    const existing = getProjects(this.tree).get(project);
    if (existing) {
      if (declaresTheSame(this.declarationOf(project), { ...description, root })) return;
      const message =
        `there is a project ${project} already, in ${existing.root}, and it is not the ${kind} project that was to be made. ` +
        'Choose another name, or remove that one';
      throw new UserError('PROJECT_EXISTS', message, { project, root: existing.root });
    }
    const files: [string, string | object][] = [
      ['project.json', projectJson({ ...description, root })],
      ...Object.entries(description.files ?? {}),
    ];
    for (const [file] of files) this.requireAbsent(posix.join(root, file), project);
    for (const [file, content] of files) {
      const path = posix.join(root, file);
      if (typeof content === 'string') this.tree.write(path, content);
      else writeJson(this.tree, path, content);
    }
  }

  private requireAbsent(path: string, project: string): void {
    if (!this.tree.exists(path)) return;
    const message = `${path} is there already, and project ${project} would overwrite it. Choose another name or directory, or remove it`;
    throw new UserError('FILE_EXISTS', message, { path, project });
  }
}

function declaresTheSame(existing: Declaration | undefined, wanted: ProjectDescription): boolean {
  if (!existing) return false;
  const target = declaredTarget(wanted.kind);
  const read = findDeclaration({
    name: wanted.project,
    root: wanted.root,
    targets: {
      [target]: {
        executor: `@bringup/nx:${wanted.kind}`,
        options: wanted.options as Record<string, unknown>,
      },
    },
  });
  return (
    read !== undefined &&
    existing.kind === read.kind &&
    existing.root === read.root &&
    isDeepStrictEqual(existing.options, read.options)
  );
}
