import { createHash } from 'node:crypto';
import { lstatSync, type Dirent } from 'node:fs';
import { dirname, join } from 'node:path';
import { readdir } from 'fs-extra';
import { ContentSum } from './content-sum.js';
import { isConverted, lookByGit, type GitLook } from './git-look.js';
import { isAttributes, sumOf, type IndexBase, type IndexSummary } from './index-base.js';
import { PlainIndex } from './plain-index.js';
import { ifGone, place, RememberedFiles, type FileIdentity } from './remembered-files.js';

/** Every file of a tree: name relative to it, in latin1 → mode and id of its content. */
export type TreeListing = Map<string, FileIdentity>;

/** Some files of a tree, by their names. */
export interface FileSelection {
  /** Another one for each set of names: what is remembered of a selection is filed under it. */
  readonly key: string;
  readonly has: (name: string) => boolean;
}

/** A tree as it was when it was looked at. */
export interface TreeLook {
  /**
   * The hash of each selection's files, by its key: the same files have the same hash, however they came there. Committed, staged
   * or not, on this branch or another, with git or without, they have one hash. Names, contents, executable bits and the targets of
   * links count; empty directories do not.
   */
  readonly identities: ReadonlyMap<string, string>;
  readonly files: () => TreeListing;
}

/** Every name below `root` that is not a directory. */
async function walk(root: Buffer, below = ''): Promise<string[]> {
  const options = { withFileTypes: true, encoding: 'latin1' as never } as const;
  const entries = await readdir(place(root, below), options).catch(ifGone<Dirent[]>([]));
  const names: string[] = [];
  for (const entry of entries) {
    if (entry.name === '.git') continue;
    const name = below ? `${below}/${entry.name}` : entry.name;
    if (entry.isDirectory()) names.push(...(await walk(root, name)));
    else names.push(name);
  }
  return names;
}

/** The files of an index, except those that are `gone` from it, and those that are there `now`. */
interface State {
  readonly base?: { readonly index: IndexBase; readonly summary: IndexSummary };
  /** Files of the index that are not as it has them: name → what it has. */
  readonly gone: ReadonlyMap<string, FileIdentity>;
  readonly now: TreeListing;
  /** No work tree of git. */
  readonly isPlain: boolean;
}

function filesOf({ base, gone, now }: State): TreeListing {
  if (!base) return now;
  const files: TreeListing = new Map(base.index.parse().files);
  for (const name of gone.keys()) files.delete(name);
  for (const [name, identity] of now) files.set(name, identity);
  return files;
}

function identityOf({ base, gone, now }: State, selection: FileSelection): string {
  const { key, has } = selection;
  if (!base) return sumOf(now, selection).toString();
  const sum = new ContentSum(base.summary.sums[key]);
  for (const [name, identity] of gone) if (has(name)) sum.subtract(name, identity);
  for (const [name, identity] of now) if (has(name)) sum.add(name, identity);
  return sum.toString();
}

interface Wanted {
  readonly selections: readonly FileSelection[];
  /** Where sums are kept. */
  readonly sums?: string;
}

/**
 * Whether a name of an index is a place of its own: where a directory was replaced by a link to another one, the files behind the link
 * are none of this tree.
 */
function withoutLinks(root: Buffer): (name: string) => boolean {
  const known = new Map<string, boolean>([['.', true]]);
  const isDirectory = (name: string): boolean => {
    const found =
      known.get(name) ??
      (isDirectory(dirname(name)) &&
        lstatSync(place(root, name), { throwIfNoEntry: false })?.isDirectory() === true);
    known.set(name, found);
    return found;
  };
  return (name) => isDirectory(dirname(name));
}

/** Looks at a directory, and at those of other repositories within it. */
class Looker {
  constructor(private readonly remembered: RememberedFiles) {}

  async look(root: Buffer, wanted: Wanted = { selections: [] }, plain?: PlainIndex): Promise<State> {
    const own = await lookByGit(root);
    if (own) return this.complete(root, own, wanted, false);
    const known = await plain?.look();
    if (known) return this.complete(root, known, wanted, true);
    const { files: now } = await this.identify(root, await walk(root));
    return { gone: new Map(), now, isPlain: true };
  }

  private async complete(root: Buffer, git: GitLook, wanted: Wanted, isPlain: boolean): Promise<State> {
    const { index, changed, untracked } = git;
    const summary = await index.summarize(wanted.sums, wanted.selections);
    const isHere = withoutLinks(root);
    const toRead = [...new Set([...summary.doubtful, ...changed.keys(), ...untracked])].filter(isHere);
    const attributes = [...summary.attributes, ...toRead.filter(isAttributes)];
    if (!isPlain && (await isConverted(root, git, attributes))) {
      const names = new Set([...[...index.parse().files.keys()].filter(isHere), ...toRead]);
      return { gone: new Map(), now: (await this.identify(root, [...names])).files, isPlain };
    }
    const { files: now, entered } = await this.identify(root, toRead);
    const gone = new Map<string, FileIdentity>();
    const doubtful = new Set(summary.doubtful);
    for (const [name, known] of changed) {
      if (doubtful.has(name)) continue;
      const identity = known ?? index.parse().files.get(name);
      if (identity !== undefined) gone.set(name, identity);
    }
    if (entered)
      for (const name of now.keys()) {
        const identity = index.parse().files.get(name);
        if (identity !== undefined) gone.set(name, identity);
      }
    return { base: { index, summary }, gone, now, isPlain };
  }

  private async identify(
    root: Buffer,
    names: readonly string[],
  ): Promise<{ files: TreeListing; entered: boolean }> {
    let entered = false;
    const inner: TreeListing = new Map();
    // A submodule, or a repository within this one: its files are files of this tree.
    const enter = async (name: string) => {
      entered = true;
      for (const [below, identity] of filesOf(await this.look(place(root, name))))
        inner.set(`${name}/${below}`, identity);
    };
    const files = await this.remembered.identify(root, names, enter);
    for (const [name, identity] of inner) files.set(name, identity);
    return { files, entered };
  }
}

/**
 * Looks at every file of a directory: its mode and the id that git gives to its content. In a git work tree the index answers for the
 * files that have not changed since git last looked, so that a kernel tree takes a fraction of a second. Of a large directory
 * without git, Bringup keeps an index of its own. All other files are read, or, with `home`, read once and then recognised by
 * size, times and inode.
 *
 * @param selections whose hashes are wanted
 * @param home the store's directory, which remembers this tree
 */
export async function lookAtTree(
  directory: string,
  selections: readonly FileSelection[],
  home?: string,
): Promise<TreeLook> {
  const name = createHash('sha256').update(directory).digest('hex').slice(0, 32);
  const record = home === undefined ? undefined : join(home, 'trees', name);
  const plain = record === undefined ? undefined : new PlainIndex(directory, join(record, 'index'));
  const remembered = await RememberedFiles.open(directory, record && join(record, 'files.json'));
  const wanted = { selections, sums: record && join(record, 'sums.json') };
  const state = await new Looker(remembered).look(Buffer.from(directory), wanted, plain);
  const identities = new Map(
    selections.map((selection) => [selection.key, identityOf(state, selection)] as const),
  );
  const look = { identities, files: () => filesOf(state) };
  await remembered.save();
  if (state.isPlain) await plain?.update(look);
  return look;
}
