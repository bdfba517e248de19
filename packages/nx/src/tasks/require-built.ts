import { basename, dirname, relative, resolve } from 'node:path';
import { findArtifactFault, type ArtifactFault } from '@bringup/kbuild';
import { pathExists } from 'fs-extra';
import { quoteCommand, UserError, type ErrorCode } from '@bringup/process';
import { isKconfigKind, type Declaration } from '../workspace/declaration.js';
import { checkedDirectory } from '../workspace/paths.js';
import { variantOutput } from '../workspace/variants.js';
import type { ProjectContext } from './project-context.js';

/** The project of Bringup that publishes a file, and the variant whose directory has it. */
interface Publisher {
  readonly declaration: Declaration;
  readonly variant: string | undefined;
}

type Workspace = Pick<ProjectContext, 'workspaceRoot' | 'projects' | 'declarationOf'>;

/**
 * Checks that files exist, and that the artifacts of Bringup's projects match their manifests. Everything that
 * reads an artifact calls this first: Nx restores from its cache without looking at the content.
 *
 * @param paths absolute
 * @throws UserError `NOT_BUILT`, `ARTIFACT_DAMAGED`, `ARTIFACT_UNVERIFIED`
 */
export async function requireBuilt(task: Workspace, paths: readonly string[]): Promise<void> {
  const faults = await Promise.all(paths.map((path) => findFault(task, path)));
  const first = faults.find((fault) => fault !== undefined);
  if (first) throw first;
}

/** The missing paths, relative to the workspace root. */
export async function missingOf(task: Workspace, paths: readonly string[]): Promise<string[]> {
  const found = await Promise.all(paths.map((path) => pathExists(path)));
  return paths.filter((_, index) => !found[index]).map((path) => relative(task.workspaceRoot, path));
}

async function findFault(task: Workspace, path: string): Promise<UserError | undefined> {
  const publisher = publisherOf(task, path);
  if (!publisher) return (await pathExists(path)) ? undefined : missingFile(task, path);
  const fault = await findArtifactFault(path, checkedDirectory(task.workspaceRoot));
  // A board's directory also has files that no manifest lists: the report of its test, its device tree.
  if (!fault || (fault.kind === 'unlisted' && publisher.declaration.kind === 'qemu')) return undefined;
  return faultError(task, path, publisher, fault);
}

/** The project that publishes into the directory of a file; undefined where it is not one of Bringup's. */
function publisherOf(task: Workspace, path: string): Publisher | undefined {
  const directory = dirname(path);
  for (const project of task.projects) {
    const declaration = task.declarationOf(project);
    if (!declaration) continue;
    const variants = [undefined, ...Object.keys(declaration.configurations)];
    const publishes = (variant?: string) => resolve(task.workspaceRoot, variantOutput(declaration, variant));
    const at = variants.findIndex((variant) => publishes(variant) === directory);
    if (at >= 0) return { declaration, variant: variants[at] };
  }
  return undefined;
}

function missingFile(task: Workspace, path: string): UserError {
  const message = `${relative(task.workspaceRoot, path)} is missing. Create it, or correct the option that names it`;
  return new UserError('NOT_BUILT', message, { path });
}

function faultError(task: Workspace, path: string, publisher: Publisher, fault: ArtifactFault): UserError {
  const { project } = publisher.declaration;
  const shown = relative(task.workspaceRoot, path);
  const [code, wrong] = describeFault(fault, `${shown} of project ${project}`, task.workspaceRoot);
  const command = remakeCommand(publisher, basename(path));
  return new UserError(code, `${wrong}. Run: ${command}`, { path, project, command, ...fault });
}

function describeFault(fault: ArtifactFault, what: string, root: string): [code: ErrorCode, text: string] {
  switch (fault.kind) {
    case 'missing':
      return ['NOT_BUILT', `${what} is missing: it was not built, or it was deleted after the build`];
    case 'size':
      return [
        'ARTIFACT_DAMAGED',
        `${what} is not the file that was built: it has ${fault.got} bytes, ` +
          `but ${relative(root, fault.manifest)} says ${fault.expected}`,
      ];
    case 'sha256':
      return [
        'ARTIFACT_DAMAGED',
        `${what} is not the file that was built: its sha256 is ${fault.got}, ` +
          `but ${relative(root, fault.manifest)} says ${fault.expected}`,
      ];
    case 'unlisted':
      return ['ARTIFACT_UNVERIFIED', `${what} is not listed in ${relative(root, fault.manifest)}`];
    case 'no-manifest':
      return [
        'ARTIFACT_UNVERIFIED',
        `${what} cannot be checked: ${relative(root, fault.manifest)} ` +
          (fault.problem === 'missing' ? 'is missing' : 'is not a manifest of Bringup'),
      ];
  }
}

/**
 * The command that makes a file again. Without --skip-nx-cache Nx may restore a damaged copy, and its daemon may not
 * notice a deleted file.
 */
function remakeCommand({ declaration, variant }: Publisher, name: string): string {
  const { kind, project, target } = declaration;
  const remade = isKconfigKind(kind) && name === '.config' ? 'config' : kind === 'qemu' ? 'build' : target;
  const task = [project, remade, ...(variant === undefined ? [] : [variant])].join(':');
  return quoteCommand(['nx', 'run', task, '--skip-nx-cache']);
}
