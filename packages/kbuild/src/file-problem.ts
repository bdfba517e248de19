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
  return `${link} is a directory, and a wildcard does not look into such a one. Name the files in it that are read, by their paths through the link`;
}
