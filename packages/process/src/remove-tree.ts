import { remove } from 'fs-extra';
import { runProgram } from './run.js';

/** Removes a tree whose directories may be read-only: those then keep their entries, except from root. */
export async function removeTree(path: string): Promise<void> {
  try {
    await remove(path);
  } catch {
    await runProgram(['chmod', '-R', 'u+rwX', path]);
    await remove(path);
  }
}
