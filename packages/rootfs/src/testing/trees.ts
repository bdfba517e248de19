import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileTree, type TreeEntry } from '../index.js';

/** A fresh directory of a spec. */
export function specDirectory(name: string): string {
  return mkdtempSync(join(tmpdir(), `bringup-rootfs-${name}-`));
}

export function file(path: string, data: string | Buffer = '', mode = 0o644): TreeEntry {
  return { path, type: 'file', mode, uid: 0, gid: 0, content: { data: Buffer.from(data as string) } };
}

export function symlink(path: string, target: string): TreeEntry {
  return { path, type: 'symlink', target, mode: 0o777, uid: 0, gid: 0 };
}

export function directory(path: string, mode = 0o755, uid = 0): TreeEntry {
  return { path, type: 'directory', mode, uid, gid: 0 };
}

export function device(path: string, major: number, minor: number): TreeEntry {
  return { path, type: 'device', kind: 'char', major, minor, mode: 0o600, uid: 0, gid: 0 };
}

export function treeOf(...entries: TreeEntry[]): FileTree {
  const tree = new FileTree();
  for (const entry of entries) tree.add(entry);
  return tree;
}

/** One of each kind, with awkward names and owners. */
export function sampleTree(): FileTree {
  return treeOf(
    file('etc/hostname', 'board\n'),
    file('etc/shadow', '', 0),
    file('usr/bin/run', Buffer.alloc(5000, 'x'), 0o4755),
    file('größe/漢字', 'umlaut'),
    file(`${'long-directory-name/'.repeat(12)}file`, 'far down'),
    symlink('bin', 'usr/bin'),
    directory('tmp', 0o1777),
    directory('home/anna', 0o750, 3_000_000),
    device('dev/console', 5, 1),
    {
      path: 'dev/vda',
      type: 'device',
      kind: 'block',
      major: 254,
      minor: 400_000,
      mode: 0o660,
      uid: 0,
      gid: 6,
    },
    { path: 'run/pipe', type: 'fifo', mode: 0o600, uid: 1, gid: 2 },
  );
}

/** Entries with their contents in memory, to compare what was read back. */
export function plain(entries: readonly TreeEntry[]): unknown[] {
  return entries.map((entry) =>
    entry.type === 'file' && 'data' in entry.content
      ? { ...entry, content: Buffer.from(entry.content.data).toString('latin1') }
      : entry,
  );
}
