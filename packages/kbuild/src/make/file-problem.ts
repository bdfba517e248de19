import { lstat, readlink, stat } from 'fs-extra';

/**
 * Why a path is not one of a file, in words that follow the path; undefined for a file.
 *
 * @param path absolute
 */
export async function fileProblem(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile()) return undefined;
  const itself = await lstat(path).catch(() => undefined);
  if (!itself?.isSymbolicLink()) return found ? 'is not a file' : 'does not exist';
  const link = `is a symbolic link to ${await readlink(path)}, which`;
  if (!found) return `${link} does not exist`;
  if (!found.isDirectory()) return `${link} is not a file`;
  return `${link} is a directory. Wildcards do not follow links to directories: name what is read there by a path through the link, as in include/*.h`;
}
