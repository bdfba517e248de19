import { stat } from 'fs-extra';
import { UserError } from '@bringup/process';
import type { FileContent } from '@bringup/rootfs';

/**
 * The bytes of a file's content.
 *
 * @throws UserError `HOST_FILE_MISSING`
 */
export async function contentSize(path: string, content: FileContent): Promise<number> {
  if ('data' in content) return content.data.length;
  const { size } = await stat(content.hostFile).catch((error: Error) => {
    const message = `${path}: its content, ${content.hostFile}, cannot be read: ${error.message}`;
    throw new UserError('HOST_FILE_MISSING', message, { path, file: content.hostFile }, error);
  });
  return size;
}
