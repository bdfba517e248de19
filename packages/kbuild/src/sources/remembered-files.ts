import { createHash } from 'node:crypto';
import { lstatSync, readFileSync, readlinkSync, statSync, type Stats } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { writeFileAside } from '@bringup/process';
import { FileFacts, KnownFacts } from './file-facts.js';

/** Files that are read at the same time. */
const PARALLEL = 16;

/** Larger files are read in pieces. */
const LARGE = 4 << 20;

/**
 * A file that changed this shortly before it was looked at may change again without another time: file systems count
 * in ticks of the kernel's, and network file systems by another clock (git's "racily clean" entries have the same cause).
 */
export const SETTLED_MS = 2_000;

/** Mode and id of a file, as git's trees have them: `100644 d670460b…`. */
export type FileIdentity = string;

/** A path below `root`; names are latin1 here, so that any byte survives. */
export function place(root: Buffer, name: string): Buffer {
  return name ? Buffer.concat([root, Buffer.from('/'), Buffer.from(name, 'latin1')]) : root;
}

/** For what was removed since its name was read: it is missing. All other errors stay errors. */
export function ifGone<T>(otherwise: T): (error: unknown) => T {
  return (error) => {
    // ENOTDIR: a file is there in place of a directory.
    if (['ENOENT', 'ENOTDIR'].includes((error as { code?: string }).code!)) return otherwise;
    throw error;
  };
}

/** For what lies behind a link: the user may not be able to read it, and a build that needs it fails by itself. */
export function ifUnreadable<T>(otherwise: T): (error: unknown) => T {
  return (error) => {
    if (['EACCES', 'EPERM'].includes((error as { code?: string }).code!)) return otherwise;
    return ifGone(otherwise)(error);
  };
}

/** Whether that is a symbolic link, whatever it leads to. */
export function isLink(identity: FileIdentity): boolean {
  return identity.startsWith(`${LINK} `);
}

const LINK = '120000';

const ASCII = /^[\0-\x7f]*$/;

/** {@link place} as a string, for loops over 80,000 files: it takes a third of the time. */
export function quickPlace(root: Buffer): (name: string) => Buffer | string {
  const text = root.toString();
  return (name) => (ASCII.test(name) ? `${text}/${name}` : place(root, name));
}

/** The name that git gives to content (git-hash-object(1)): SHA-1 over `blob SIZE\0` and the bytes. */
function blobId(content: Buffer): string {
  return createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
}

async function idOfLarge(path: Buffer, size: number): Promise<string> {
  const hash = createHash('sha1').update(`blob ${size}\0`);
  const file = await open(path);
  for await (const chunk of file.createReadStream()) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** How names are looked up. */
interface Manner {
  readonly onDirectory?: (name: string) => Promise<void>;
  readonly of: 'itself' | 'target';
  /** For a name that cannot be read. */
  readonly otherwise: (error: unknown) => undefined;
}

/** The known files of one tree; a file keeps them between processes. */
export class RememberedFiles {
  private readonly known: KnownFacts;
  /** In the order in which the tree is listed. */
  private readonly seen = new FileFacts();
  private changed = false;

  private constructor(
    private readonly root: string,
    private readonly file: string | undefined,
    text: string | undefined,
  ) {
    this.known = new KnownFacts(text);
  }

  /**
   * @param root the tree's directory
   * @param file where it is kept; without it, every file is read
   */
  static async open(root: string, file: string | undefined): Promise<RememberedFiles> {
    // As bytes, like the names: decoding UTF-8 takes ten times as long.
    const text = file === undefined ? undefined : await readFile(file, 'latin1').catch(() => undefined);
    return new RememberedFiles(root, file, text);
  }

  /**
   * Mode and id of each name below `root`. Missing names, and those that are neither a file nor a link, are left out;
   * `onDirectory` gets directories.
   */
  async identify(
    root: Buffer,
    names: readonly string[],
    onDirectory: (name: string) => Promise<void>,
  ): Promise<Map<string, FileIdentity>> {
    return this.identifyEach(root, names, { onDirectory, of: 'itself', otherwise: ifGone(undefined) });
  }

  /**
   * {@link identify} for names that lead out of the tree. Unreadable files are left out.
   *
   * @param of `target`: of what links lead to
   */
  async identifyBehind(
    root: Buffer,
    names: readonly string[],
    of: 'itself' | 'target' = 'itself',
  ): Promise<Map<string, FileIdentity>> {
    return this.identifyEach(root, names, { of, otherwise: ifUnreadable(undefined) });
  }

  private async identifyEach(
    root: Buffer,
    names: readonly string[],
    { onDirectory, of, otherwise }: Manner,
  ): Promise<Map<string, FileIdentity>> {
    const found = new Map<string, FileIdentity>();
    const unread: { name: string; index: number; status: Stats }[] = [];
    const pathOf = quickPlace(root);
    const below = root.toString('latin1').slice(Buffer.byteLength(this.root) + 1);
    for (const name of names) {
      const status = lookUp(pathOf(name), of === 'target' ? statSync : lstatSync, otherwise);
      if (!status) continue;
      if (status.isDirectory()) await onDirectory?.(name);
      else if (status.isFile() || status.isSymbolicLink()) {
        // No file has a name that ends with a dot as its last component.
        const full = `${below ? `${below}/` : ''}${name}${of === 'target' ? '/.' : ''}`;
        const id = this.known.idOf(full, status);
        const index = this.seen.add(full, status, id);
        if (id === undefined) unread.push({ name, index, status });
        else found.set(name, `${modeOf(status)} ${id}`);
      } else found.set(name, 'special');
    }
    const worker = async () => {
      for (let next = unread.pop(); next !== undefined; next = unread.pop()) {
        const identity = await this.read(place(root, next.name), next).catch(otherwise);
        if (identity !== undefined) found.set(next.name, identity);
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, worker));
    return found;
  }

  private async read(
    path: Buffer,
    { index, status }: { index: number; status: Stats },
  ): Promise<FileIdentity> {
    const startedMs = Date.now();
    const id = status.isSymbolicLink()
      ? blobId(readlinkSync(path, { encoding: 'buffer' }))
      : status.size > LARGE
        ? await idOfLarge(path, status.size)
        : blobId(readFileSync(path));
    this.changed = true;
    if (status.ctimeMs < startedMs - SETTLED_MS) this.seen.learn(index, id);
    return `${modeOf(status)} ${id}`;
  }

  /** Saves the record for the next process. A full disk only costs the next one time. */
  async save(): Promise<void> {
    if (this.file === undefined || (!this.changed && this.seen.size === this.known.size)) return;
    await writeFileAside(this.file, Buffer.from(this.seen.format(), 'latin1')).catch(() => undefined);
  }
}

function lookUp(
  path: Buffer | string,
  ask: typeof lstatSync,
  otherwise: Manner['otherwise'],
): Stats | undefined {
  try {
    return ask(path, { throwIfNoEntry: false });
  } catch (error) {
    return otherwise(error);
  }
}

function modeOf(status: Stats): string {
  if (status.isSymbolicLink()) return LINK;
  return status.mode & 0o100 ? '100755' : '100644';
}
