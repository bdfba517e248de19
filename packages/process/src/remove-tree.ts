import { rm } from 'node:fs/promises';
import { runProgram } from './run.js';

/** Removes a tree whose directories may be read-only: those then keep their entries, except from root. */
export async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch {
    await runProgram(['chmod', '-R', 'u+rwX', path]);
    await rm(path, { recursive: true, force: true });
  }
}
