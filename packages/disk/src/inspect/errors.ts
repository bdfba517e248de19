import { UserError } from '@bringup/process';
import type { Volume } from './entry.js';

/** The error for a file system whose structures contradict each other. */
export function damaged(volume: Pick<Volume, 'description'>, why: string, cause?: unknown): UserError {
  const message = `${volume.description}: the file system is damaged: ${why}. Make the image again, or repair it with fsck`;
  return new UserError('CORRUPT_FILE_SYSTEM', message, { image: volume.description }, cause);
}

/** A name or a path for people: characters that a terminal would obey are escaped. */
export function printable(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what is escaped
  return text.replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`;
  });
}
