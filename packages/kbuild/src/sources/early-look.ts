import { realpathSync } from 'node:fs';
import { lookEarly, type EarlyLook } from './git-look.js';

const begun = new Map<string, EarlyLook>();

/**
 * Asks git what has changed in a source directory, while the program that will look at it is still being loaded. Errors are left to
 * that look.
 */
export function beginLook(directory: string): void {
  try {
    const path = realpathSync(directory);
    begun.set(path, lookEarly(path));
  } catch {
    // There is no such directory.
  }
}

/** The look that was begun, but only once: a second look must see later changes. @param path a real path */
export function takeLook(path: string): EarlyLook | undefined {
  const look = begun.get(path);
  begun.delete(path);
  return look;
}
