import { join } from 'node:path';
import { readdir, stat, utimes } from 'fs-extra';

/**
 * dpkg-source dates the files that a patch changed with the time of unpacking. They get the date of the package's
 * changelog instead, so that everybody's tree has the same times.
 *
 * @param startedMs before the tree was unpacked; what is younger was dated by that
 */
export async function settleTimes(tree: string, startedMs: number): Promise<void> {
  const date = (await stat(join(tree, 'debian', 'changelog'))).mtime;
  const visit = async (directory: string): Promise<void> => {
    for (const entry of await readdir(directory, { withFileTypes: true })) {
      const path = join(directory, entry.name);
      if (entry.isDirectory()) await visit(path);
      else if (entry.isFile() && (await stat(path)).mtimeMs >= startedMs - 2000)
        await utimes(path, date, date);
    }
  };
  await visit(tree);
}
