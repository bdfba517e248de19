import { UserError } from '@bringup/process';
import type { FileTree } from '@bringup/rootfs';
import { writeExt } from './ext.js';
import { writeFat } from './fat.js';
import { FILE_SYSTEMS, type FileSystemKind } from './file-system-kinds.js';
import type { FileSystemOptions } from './file-system-options.js';
import { writeSquashfs } from './squashfs.js';

/** FAT specification: a volume label has the characters of a short name, in upper case. */
const FAT_LABEL = /^[A-Z0-9 _$%'@~!(){}^#&-]*$/;

/**
 * Writes a tree as a file system. Same tree and options, same bytes.
 *
 * @throws UserError `BAD_FILE_SYSTEM`, `BAD_LABEL`, `IMAGE_TOO_SMALL`, `FAT_CANNOT_HOLD`, `DEVICE_NUMBER`
 */
export async function writeFileSystem(
  kind: FileSystemKind,
  tree: FileTree,
  path: string,
  options: FileSystemOptions,
): Promise<void> {
  checkLabel(kind, options.label);
  if (kind === 'squashfs') return await writeSquashfs(tree, path, options);
  if (kind === 'fat') return await writeFat(tree, path, options);
  await writeExt(kind, tree, path, options);
}

function checkLabel(kind: FileSystemKind, label: string | undefined): void {
  if (!Object.hasOwn(FILE_SYSTEMS, kind)) {
    const known = Object.keys(FILE_SYSTEMS).join(', ');
    throw new UserError('BAD_FILE_SYSTEM', `unknown file system ${JSON.stringify(kind)}: one of ${known}`, {
      kind,
    });
  }
  if (label === undefined) return;
  const refuse = (why: string) =>
    new UserError('BAD_LABEL', `label ${JSON.stringify(label)}: ${why}`, { kind, label });
  const { labelBytes } = FILE_SYSTEMS[kind];
  if (labelBytes === 0) throw refuse(`a ${kind} file system has no label. Leave it out`);
  const bytes = Buffer.byteLength(label);
  if (bytes === 0 || bytes > labelBytes)
    throw refuse(`${bytes} bytes, but a label of ${kind} has 1 to ${labelBytes}. Choose a shorter one`);
  if (kind === 'fat' && !FAT_LABEL.test(label))
    throw refuse('a label of FAT has upper-case letters, digits, spaces and _-$%@~!(){}^#& only');
  if (label.includes('\0')) throw refuse('a NUL byte is not allowed');
}
