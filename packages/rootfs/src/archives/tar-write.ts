import { createWriteStream } from 'fs-extra';
import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import { writeAside } from '@bringup/process';
import { pack, type Headers, type Pack } from 'tar-stream';
import { openContent, readPieces } from '../tree/content.js';
import type { TreeEntry } from '../tree/entry.js';
import type { FileTree } from '../tree/file-tree.js';

/** A ustar number field: six octal digits as tar-stream writes it. Larger ones go into a pax record. */
const USTAR_MAX = 0o777777;

/** @types/tar-stream has no pax records yet. */
type PaxHeaders = Headers & { pax?: Record<string, string> };

/**
 * Writes a tree as a plain tar (ustar, with pax records where ustar has no room). Same tree, same bytes: sorted,
 * times 0, owners as numbers.
 *
 * @throws UserError `HOST_FILE_MISSING`; ToolError `FILE_CHANGED`, `NO_SPACE`
 */
export async function writeTar(tree: FileTree, path: string): Promise<void> {
  await writeAside(path, async (aside) => {
    const archive = pack();
    const written = pipeline(archive, createWriteStream(aside));
    written.catch(() => undefined); // Awaited below, or overtaken by the error that destroyed the archive.
    try {
      for (const entry of tree.entries()) await writeEntry(archive, entry);
      archive.finalize();
    } catch (error) {
      archive.destroy(error as Error);
      await written.catch(() => undefined);
      throw error;
    }
    await written;
  });
}

async function writeEntry(archive: Pack, entry: TreeEntry): Promise<void> {
  if (entry.type !== 'file') return void archive.entry(formatHeaders(entry));
  const content = openContent(entry.path, entry.content);
  try {
    const sink = archive.entry({ ...formatHeaders(entry), size: content.size });
    for (const piece of readPieces(entry.path, content)) {
      if (!sink.write(piece)) await once(sink, 'drain');
    }
    const ended = once(sink, 'close');
    sink.end();
    await ended;
  } finally {
    content.close();
  }
}

function formatHeaders(entry: TreeEntry): PaxHeaders {
  const { path: name, uid, gid } = entry;
  // tar-stream takes mode 0 for "not given"; it cuts the type bit off again.
  const headers = { name, uid, gid, mode: entry.mode | 0o100000, mtime: new Date(0) };
  const pax: Record<string, string> = {};
  if (uid > USTAR_MAX) pax.uid = String(uid);
  if (gid > USTAR_MAX) pax.gid = String(gid);
  if (entry.type === 'device') {
    // star's record, which libarchive and treeFromTar read; GNU tar passes it over with a warning.
    if (entry.minor > USTAR_MAX) pax['SCHILY.devminor'] = String(entry.minor);
    const type = entry.kind === 'char' ? 'character-device' : 'block-device';
    return { ...headers, type, devmajor: entry.major, devminor: entry.minor, ...paxOf(pax) };
  }
  const linkname = entry.type === 'symlink' ? { linkname: entry.target } : {};
  return { ...headers, type: entry.type, ...linkname, ...paxOf(pax) };
}

/** With any record tar-stream writes a whole pax header, otherwise only where a name needs it. */
function paxOf(pax: Record<string, string>): Pick<PaxHeaders, 'pax'> {
  return Object.keys(pax).length > 0 ? { pax } : {};
}
