import { hash } from 'node:crypto';
import { lstatSync, readdirSync, statfsSync, type Stats } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writeFileAside } from '@bringup/process';
import { FileFacts, KnownFacts } from './file-facts.js';
import { quickPlace, SETTLED_MS } from './remembered-files.js';

/** The root's name. `dirname` gives the same for an entry of the root. */
const ROOT = '.';

/** The kinds of entry, before their names. */
const [DIRECTORY, OTHER] = ['d', '-'];

/**
 * Local file systems, by their numbers for statfs(2) (linux/magic.h). Their times come from this host's clock, and a directory's times
 * change whenever an entry is added, removed or renamed. Some of FUSE's and of virtual machines' shares do it otherwise.
 */
const KEEPS_TIMES: ReadonlySet<number> = new Set([
  0xef53, // ext2, ext3, ext4
  0x58465342, // XFS
  0x9123683e, // Btrfs
  0x01021994, // tmpfs
  0xf2f52010, // F2FS
  0x794c7630, // overlayfs
  0x2fc12fc1, // ZFS
  0xca451a4e, // bcachefs
]);

/** Whether times tell of each change to the entries of a directory there, and when it was by this host's clock. */
export function hasReliableTimes(path: Buffer): boolean {
  return KEEPS_TIMES.has(statfsSync(path).type);
}

/** The kept record of a tree's directories. */
interface Kept {
  /** Checksum of the index that the list belongs to: a file that git adds to its index is no longer untracked. */
  readonly checksum: string;
  /** Names of untracked files, as git lists them. */
  readonly untracked: readonly string[];
  /** {@link FileFacts.format}, with a digest of the entries of each directory. */
  readonly directories: string;
}

/** A tree's directories as they were when they were looked at. */
interface Directories {
  readonly facts: FileFacts;
  /** Each of them has been left alone for so long that the next change gives it other times. */
  readonly areSettled: boolean;
  /** The times of one are not those that were remembered, although its entries are. */
  readonly areTouched: boolean;
}

/**
 * Which of a tree's files are untracked, remembered as long as no directory has other entries. To find out, git reads the 5,000
 * directories of a kernel, of which nearly always none has changed.
 */
export class RememberedDirectories {
  private readonly pathOf: (name: string) => Buffer | string;

  /** @param file where they are kept */
  constructor(
    private readonly root: Buffer,
    private readonly file: string,
  ) {
    const place = quickPlace(root);
    this.pathOf = (name) => (name === ROOT ? root : place(name));
  }

  /**
   * The untracked files of the tree, from git only where a directory or the index has changed.
   *
   * @param checksum of the index
   * @param git.list asks git for them
   * @param git.isTracked whether the index has any file of the tree: else nothing is remembered
   */
  async untracked(
    checksum: string,
    {
      list,
      isTracked,
    }: { list: () => Promise<readonly string[] | undefined>; isTracked: () => Promise<boolean> },
  ): Promise<readonly string[] | undefined> {
    const kept = await this.read();
    const known = new KnownFacts(kept?.directories);
    const same = this.ifItHasTimes(() => this.compare(known));
    if (kept && same && kept.checksum === checksum) {
      if (same.areTouched && same.areSettled) await this.write({ ...kept, directories: same.facts.format() });
      return kept.untracked;
    }
    if (!(await isTracked())) return list();
    const before = same ?? this.ifItHasTimes(() => this.walk(known));
    const untracked = await list();
    if (untracked === undefined || !before?.areSettled) return untracked;
    const directories = before.facts.format();
    const after = this.ifItHasTimes(() => this.compare(new KnownFacts(directories)));
    // One that changed while git read it may have changed before or after that.
    if (after?.areTouched === false) await this.write({ checksum, untracked, directories });
    return untracked;
  }

  /** Every directory of the tree, when they are as they were remembered and have been for a while; relative names in latin1. */
  async settled(): Promise<readonly string[] | undefined> {
    const known = new KnownFacts((await this.read())?.directories);
    const look = this.ifItHasTimes(() => this.compare(known));
    return look?.areSettled && !look.areTouched ? known.names : undefined;
  }

  /** @returns undefined where a look could not be relied on */
  private ifItHasTimes(look: () => Directories | undefined): Directories | undefined {
    try {
      return hasReliableTimes(this.root) ? look() : undefined;
    } catch {
      return undefined; // One is gone, or may not be read: git says so, where it matters.
    }
  }

  private async read(): Promise<Kept | undefined> {
    try {
      const kept = JSON.parse(await readFile(this.file, 'latin1')) as Partial<Kept>;
      return Array.isArray(kept.untracked) ? (kept as Kept) : undefined;
    } catch {
      return undefined; // There is none, or it was cut short.
    }
  }

  /** A full disk only costs the next look time. */
  private async write(kept: Kept): Promise<void> {
    await writeFileAside(this.file, Buffer.from(JSON.stringify(kept), 'latin1')).catch(() => undefined);
  }

  /** @returns undefined if the entries of a directory changed, or if no directory is known */
  private compare(known: KnownFacts): Directories | undefined {
    if (known.size === 0) return undefined;
    const look = new DirectoriesLook();
    for (const [index, name] of known.names.entries()) {
      const status = lstatSync(this.pathOf(name), { throwIfNoEntry: false });
      if (!status?.isDirectory()) return undefined;
      const digest = known.idAt(index);
      if (!known.isAsAt(index, status)) {
        if (digestOf(this.list(name)) !== digest) return undefined;
        look.areTouched = true;
      }
      look.add(name, status, digest);
    }
    return look;
  }

  private walk(known: KnownFacts): Directories {
    const look = new DirectoriesLook();
    const children = new Map<string, string[]>();
    for (const name of known.names) {
      const siblings = children.get(dirname(name));
      if (siblings) siblings.push(name);
      else children.set(dirname(name), [name]);
    }
    const enter = (name: string) => {
      const status = lstatSync(this.pathOf(name));
      const remembered = known.idOf(name, status);
      const entries = remembered === undefined ? this.list(name) : [];
      look.add(name, status, remembered ?? digestOf(entries));
      const below = remembered === undefined ? directoriesOf(name, entries) : (children.get(name) ?? []);
      below.filter((child) => child !== ROOT).forEach(enter);
    };
    enter(ROOT);
    return look;
  }

  /** The entries of a directory, each behind its kind: only a directory has entries of its own. */
  private list(name: string): string[] {
    const options = { withFileTypes: true, encoding: 'latin1' as never } as const;
    return readdirSync(this.pathOf(name), options)
      .map((entry) => `${entry.isDirectory() ? DIRECTORY : OTHER}${entry.name}`)
      .sort();
  }
}

class DirectoriesLook implements Directories {
  readonly facts = new FileFacts();
  areSettled = true;
  areTouched = false;
  private readonly startedMs = Date.now();
  private device: number | undefined;

  add(name: string, status: Stats, digest: string): void {
    this.facts.add(name, status, digest);
    this.device ??= status.dev;
    // Another file system may be mounted there, one that does not keep these times.
    if (status.ctimeMs >= this.startedMs - SETTLED_MS || status.dev !== this.device) this.areSettled = false;
  }
}

/** The subdirectories of a directory, except `.git`. @param entries of that directory, as {@link RememberedDirectories} lists them */
function directoriesOf(name: string, entries: readonly string[]): string[] {
  return entries
    .filter((entry) => entry.startsWith(DIRECTORY) && entry !== `${DIRECTORY}.git`)
    .map((entry) => (name === ROOT ? entry.slice(1) : `${name}/${entry.slice(1)}`));
}

function digestOf(entries: readonly string[]): string {
  return hash('sha1', Buffer.from(entries.join('\0'), 'latin1'));
}
