import { posix } from 'node:path';
import type { Tree } from '@nx/devkit';
import { formatLock, LOCK_NAME, lockField, OLD_LOCK_NAME, parseLock, type LockFile } from '@bringup/kbuild';
import { UserError } from '@bringup/process';
import { lockedToolNames } from '../host/host-tools.js';
import type { GeneratedWorkspace } from './workspace.js';

/**
 * The lock of a workspace that a generator works on.
 *
 * @throws UserError `LOCK_INVALID`
 */
export function readTreeLock(tree: Tree): LockFile {
  const files = filesBelow(tree, LOCK_NAME).filter((path) => !posix.basename(path).startsWith('.'));
  return parseLock(
    Object.fromEntries(
      files.map((path) => [path.slice(LOCK_NAME.length + 1), tree.read(path, 'utf8') ?? ''] as const),
    ),
  );
}

function filesBelow(tree: Tree, path: string): string[] {
  if (tree.isFile(path)) return [path];
  return tree.exists(path) ? tree.children(path).flatMap((name) => filesBelow(tree, `${path}/${name}`)) : [];
}

/** Writes the entries of a lock; all other entries stay. */
export function writeTreeLock(tree: Tree, lock: LockFile): void {
  for (const [name, text] of Object.entries(formatLock(lock))) {
    const path = `${LOCK_NAME}/${name}`;
    if (!tree.exists(path) || tree.read(path, 'utf8') !== text) tree.write(path, text);
  }
}

/**
 * Converts the old single-file lock to the directory. In its keys `_` replaced characters that Nx could not read: the names of
 * the workspace's projects and tools tell which.
 *
 * @throws UserError `LOCK_INVALID`
 */
export async function splitLock(workspace: GeneratedWorkspace): Promise<void> {
  const { tree } = workspace;
  if (!tree.exists(OLD_LOCK_NAME) || tree.exists(LOCK_NAME)) return;
  const declarations = workspace.declarations();
  const tools = await lockedToolNames({
    workspaceRoot: tree.root,
    declarations,
    declarationOf: (name) => workspace.declarationOf(name),
  });
  const old = readOldLock(tree);
  const projects = declarations.map(({ project }) => project);
  writeTreeLock(tree, { sources: renamed(old.sources, projects), tools: renamed(old.tools, tools) });
  tree.delete(OLD_LOCK_NAME);
}

function readOldLock(tree: Tree): LockFile {
  try {
    return { sources: {}, tools: {}, ...(JSON.parse(tree.read(OLD_LOCK_NAME, 'utf8')!) as object) };
  } catch (error) {
    const message =
      `${OLD_LOCK_NAME}: is not JSON: ${(error as Error).message}. ` +
      'Restore it from version control, or remove it and run: npx nx g @bringup/nx:update';
    throw new UserError('LOCK_INVALID', message, { file: OLD_LOCK_NAME }, error);
  }
}

/** Each entry under the names that match its old key; under the old key when no project or tool matches. */
function renamed<T>(entries: Readonly<Record<string, T>>, names: readonly string[]): Record<string, T> {
  return Object.fromEntries(
    Object.entries(entries).flatMap(([key, entry]) => {
      const own = names.filter((name) => name.replace(/[^A-Za-z0-9_@/+-]/g, '_') === key);
      return (own.length > 0 ? own : [key]).map((name) => [lockField(name), entry] as const);
    }),
  );
}
