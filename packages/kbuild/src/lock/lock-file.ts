import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { pathExists, remove } from 'fs-extra';
import { UserError, withLock, writeAllAside } from '@bringup/process';
import { formatLock, LOCK_NAME, OLD_LOCK_NAME, parseLock, type LockFile } from './lock-format.js';

/**
 * The workspace's lock; an absent one is empty.
 *
 * @throws UserError `LOCK_INVALID`, `LOCK_OLD`
 */
export async function readLock(workspaceRoot: string): Promise<LockFile> {
  return parseLock(await readFiles(workspaceRoot), join(workspaceRoot, LOCK_NAME));
}

/** The files of the lock by path relative to its directory, with `/`. */
async function readFiles(workspaceRoot: string): Promise<Record<string, string>> {
  const directory = join(workspaceRoot, LOCK_NAME);
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(
    (error: { code?: string }) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    },
  );
  if (entries === undefined) {
    await refuseOldForm(workspaceRoot);
    return {};
  }
  // A name with a dot before it is a file that is being written.
  const named = entries.filter((entry) => entry.isFile() && !entry.name.startsWith('.'));
  const files = named.map((entry) => join(entry.parentPath, entry.name));
  const texts = await Promise.all(
    files.sort().map(async (file) => {
      const path = relative(directory, file).split(sep).join('/');
      const text = await readFile(file, 'utf8').catch((error: { code?: string }) => {
        if (error.code === 'ENOENT') return undefined; // Another process has just removed the entry.
        throw error;
      });
      return text === undefined ? [] : [[path, text] as const];
    }),
  );
  return Object.fromEntries(texts.flat());
}

async function refuseOldForm(workspaceRoot: string): Promise<void> {
  const file = join(workspaceRoot, OLD_LOCK_NAME);
  if (!(await pathExists(file))) return;
  const message =
    `${file} is the lock of an older Bringup, which this one does not read: the lock is now a directory, ${LOCK_NAME}, ` +
    'with a file for each entry. Turn it into one with: npx nx g @bringup/nx:init';
  throw new UserError('LOCK_OLD', message, { file });
}

/**
 * Changes the lock, one process at a time; other processes' changes are kept. Files whose entries stay are not touched.
 *
 * @returns whether anything changed
 */
export async function updateLock(
  workspaceRoot: string,
  change: (lock: LockFile) => LockFile,
): Promise<boolean> {
  const directory = join(workspaceRoot, LOCK_NAME);
  return withLock(
    join(workspaceRoot, '.bringup', 'lock-file'),
    { purpose: `updating ${LOCK_NAME}` },
    async () => {
      const before = await readFiles(workspaceRoot);
      const lock = parseLock(before, directory);
      const after = formatLock(change(lock));
      const written = Object.entries(after).filter(([path, text]) => before[path] !== text);
      const removed = Object.keys(formatLock(lock)).filter((path) => !Object.hasOwn(after, path));
      await writeAllAside(
        written.map(([path, text]) => ({
          path: join(directory, path),
          write: (aside) => writeFile(aside, text),
        })),
      );
      for (const path of removed) await remove(join(directory, path));
      return written.length + removed.length > 0;
    },
  );
}
