import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileTree, type TreeEntry } from '@bringup/rootfs';

/** A directory for a spec, gone when its tests are. */
export function specDirectory(name: string): string {
  const directory = mkdtempSync(join(tmpdir(), `bringup-disk-${name}-`));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export function file(path: string, data: string | Buffer = '', mode = 0o644, uid = 0): TreeEntry {
  return { path, type: 'file', mode, uid, gid: uid, content: { data: Buffer.from(data as string) } };
}

/** Every kind of entry, with owners and modes that a user cannot give a file. */
export function rootTree(): FileTree {
  return new FileTree()
    .add(file('bin/busybox', Buffer.alloc(300_000, 'b'), 0o4755))
    .add(file('home/anna/notes', 'hers\n', 0o600, 1000))
    .add(file('etc/shadow', 'root:*:\n', 0))
    .add(file('etc/with "quotes" and $x', 'quoted\n'))
    .add({ path: 'bin/sh', type: 'symlink', target: 'busybox', mode: 0o777, uid: 0, gid: 0 })
    .add({ path: 'tmp', type: 'directory', mode: 0o1777, uid: 0, gid: 0 })
    .add({
      path: 'dev/console',
      type: 'device',
      kind: 'char',
      major: 5,
      minor: 1,
      mode: 0o600,
      uid: 0,
      gid: 5,
    });
}

export function fatTree(): FileTree {
  return new FileTree()
    .add(file('EFI/BOOT/BOOTAA64.EFI', Buffer.alloc(200_000, 'e')))
    .add(file('a long name with spaces.txt', 'long\n'));
}
