import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'fs-extra';

/** An id of SHA-1's length. */
const LENGTH = 20;
/**
 * Makes the linker reserve room for the id. Its own id is a hash of all its input, including the line numbers in debug
 * information, so a new comment would change the program that goes into the guest.
 */
export const NO_BUILD_ID = `-Wl,--build-id=0x${'00'.repeat(LENGTH)}`;

const NT_GNU_BUILD_ID = 3;

/** The note with an empty id, in both byte orders: sizes of name and id, type, "GNU" (elf(5), "Notes"). */
const EMPTY_NOTES = (['writeUInt32LE', 'writeUInt32BE'] as const).map((write) => {
  const note = Buffer.alloc(16 + LENGTH);
  [4, LENGTH, NT_GNU_BUILD_ID].forEach((value, index) => note[write](value, 4 * index));
  note.write('GNU\0', 12);
  return note;
});

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
    const note = Math.max(...EMPTY_NOTES.map((empty) => content.indexOf(empty)));
    if (note < 0) continue;
    id.copy(content, note + EMPTY_NOTES[0]!.length - LENGTH);
    await writeFile(file, content);
  }
}
