import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'fs-extra';

/** An id of SHA-1's length. */
const LENGTH = 20;
/**
 * Makes the linker reserve room for the id. Its own id is a hash of all its input, including the line numbers in debug
 * information, so a new comment would change the program that goes into the guest.
 */
export const NO_BUILD_ID = `-Wl,--build-id=0x${'00'.repeat(LENGTH)}`;

/** The note with an empty id: sizes of name and id, NT_GNU_BUILD_ID, "GNU" (elf(5), "Notes"; all arches are little-endian). */
const EMPTY_NOTE = Buffer.concat([
  Buffer.from([4, 0, 0, 0, LENGTH, 0, 0, 0, 3, 0, 0, 0]),
  Buffer.from('GNU\0'),
  Buffer.alloc(LENGTH),
]);

/**
 * Gives a program and its debug information the same build id, by which debuggers tell that they belong together: the hash of
 * the program. A program has none where a linker script dropped the note.
 *
 * @param files the program, then files of the same link
 */
export async function writeBuildId(files: readonly [string, ...string[]]): Promise<void> {
  const id = createHash('sha1')
    .update(await readFile(files[0]))
    .digest();
  for (const file of files) {
    const content = await readFile(file);
    const note = content.indexOf(EMPTY_NOTE);
    if (note < 0) continue;
    id.copy(content, note + EMPTY_NOTE.length - LENGTH);
    await writeFile(file, content);
  }
}
