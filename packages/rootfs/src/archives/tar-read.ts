import { createReadStream, open, close, read, fstat } from 'fs-extra';
import { UserError } from '@bringup/process';
import { extract, type Entry, type Headers } from 'tar-stream';
import { archivePath } from './archive-path.js';
import type { TreeEntry } from '../tree/entry.js';
import { FileTree } from '../tree/file-tree.js';

/** POSIX pax, "ustar Interchange Format": an archive ends with two blocks of 512 zero bytes. */
const END_BYTES = 1024;

/** @types/tar-stream has no pax records yet. */
type PaxHeaders = Headers & { pax?: Record<string, string> | null };

type Refuse = (why: string, cause?: unknown) => UserError;

/**
 * Reads a plain tar, as writeTar or tar(1) writes it (ustar, pax, GNU), into memory. Hard links become copies.
 *
 * @throws UserError `TAR_MISSING`; `BAD_TAR` for anything truncated, compressed or hostile
 */
export async function treeFromTar(file: string): Promise<FileTree> {
  const refuse: Refuse = (why, cause) => new UserError('BAD_TAR', `${file}: ${why}`, { file }, cause);
  const bytes = await checkEnd(file, refuse);
  const tree = new FileTree();
  const archive = extract();
  const source = createReadStream(file, { highWaterMark: 1 << 20 });
  source.on('error', (error) => archive.destroy(error));
  source.pipe(archive);
  try {
    for await (const member of archive) await addMember(tree, member, bytes, refuse);
  } catch (error) {
    throw error instanceof UserError && error.code === 'BAD_TAR'
      ? error
      : refuse((error as Error).message, error);
  } finally {
    source.destroy();
  }
  return tree;
}

/** A tar cut off between two members is well-formed but for its missing end. */
async function checkEnd(file: string, refuse: Refuse): Promise<number> {
  const descriptor = await open(file, 'r').catch((error: Error) => {
    throw new UserError('TAR_MISSING', `${file} cannot be read: ${error.message}`, { file }, error);
  });
  try {
    const { size } = await fstat(descriptor);
    const end = Buffer.alloc(END_BYTES);
    const magic = Buffer.alloc(6);
    await read(descriptor, magic, 0, magic.length, 0);
    if (isCompressed(magic)) throw refuse('a compressed archive; unpack it to a plain tar first');
    const { bytesRead } = await read(descriptor, end, 0, END_BYTES, Math.max(0, size - END_BYTES));
    if (bytesRead < END_BYTES || end.some((byte) => byte !== 0)) {
      throw refuse(
        'not a whole tar archive: its end mark is missing, so it was cut off or is something else',
      );
    }
    return size;
  } finally {
    await close(descriptor);
  }
}

/** gzip, bzip2, xz, zstd, lz4 (frame and legacy). */
function isCompressed(magic: Buffer): boolean {
  const compressed = ['1f8b', '425a68', 'fd377a585a00', '28b52ffd', '04224d18', '02214c18'];
  return compressed.some((start) => magic.toString('hex').startsWith(start));
}

async function addMember(tree: FileTree, member: Entry, bytes: number, refuse: Refuse): Promise<void> {
  const { header } = member;
  const refuseMember: Refuse = (why) => refuse(`member ${JSON.stringify(header.name)}: ${why}`);
  const size = header.size ?? 0;
  if (!Number.isSafeInteger(size) || size < 0 || size > bytes) {
    throw refuseMember(`a size of ${size} in an archive of ${bytes} bytes`);
  }
  const chunks: Buffer[] = [];
  for await (const chunk of member) chunks.push(chunk as Buffer);
  const path = archivePath(header.name, refuseMember);
  if (path !== undefined) tree.add(toEntry(tree, path, header, Buffer.concat(chunks), refuseMember));
}

function toEntry(tree: FileTree, path: string, header: Headers, data: Buffer, refuse: Refuse): TreeEntry {
  const pax: Record<string, string> = (header as PaxHeaders).pax ?? {};
  const number = (key: string, field: number | undefined) =>
    Object.hasOwn(pax, key) ? Number(pax[key]) : (field ?? 0);
  const base = {
    path,
    mode: (header.mode ?? 0) & 0o7777,
    uid: number('uid', header.uid),
    gid: number('gid', header.gid),
  };
  // GNU tar's sparse files in pax form look like ordinary ones, with a map in front of the data.
  if (Object.keys(pax).some((key) => key.startsWith('GNU.sparse.')))
    throw refuse('a sparse file; use no tar -S');
  switch (header.type) {
    case 'file':
    case 'contiguous-file':
      return { ...base, type: 'file', content: { data } };
    case 'directory':
      return { ...base, type: 'directory' };
    case 'symlink':
      return { ...base, type: 'symlink', target: header.linkname ?? '' };
    case 'fifo':
      return { ...base, type: 'fifo' };
    case 'link':
      return { ...linkTarget(tree, header.linkname ?? '', refuse), path };
    case 'character-device':
    case 'block-device': {
      const kind = header.type === 'character-device' ? 'char' : 'block';
      const major = number('SCHILY.devmajor', header.devmajor);
      return { ...base, type: 'device', kind, major, minor: number('SCHILY.devminor', header.devminor) };
    }
    default:
      throw refuse('a kind of member that is not known here (sparse, multi-volume or vendor)');
  }
}

function linkTarget(tree: FileTree, linkname: string, refuse: Refuse): TreeEntry {
  const target = archivePath(linkname, refuse);
  const entry = target === undefined ? undefined : tree.get(target);
  if (entry && entry.type !== 'directory') return entry;
  throw refuse(`a hard link to ${JSON.stringify(linkname)}, which is not an earlier file in the archive`);
}
