import { constants } from 'node:fs';
import { join } from 'node:path';
import { access, ensureDir } from 'fs-extra';
import { UserError } from '@bringup/process';

/**
 * Makes the directories below the store, or says why it cannot be added to.
 *
 * @throws UserError `STORE_NOT_WRITABLE`
 */
export async function ensureWritable(home: string, names: readonly string[]): Promise<void> {
  try {
    for (const name of names) {
      await ensureDir(join(home, name));
      await access(join(home, name), constants.W_OK);
    }
  } catch (error) {
    const message = `what is needed is not in the store ${home} yet, and that cannot be written: ${(error as Error).message}. Choose another with the variable BRINGUP_HOME.`;
    throw new UserError('STORE_NOT_WRITABLE', message, { home }, error);
  }
}
