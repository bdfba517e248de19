import { lstatSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { lookBehind, walk } from './behind-links.js';
import { ContentSum } from './content-sum.js';
import { findEdits, isConverted, lookByGit, type EarlyLook, type GitLook } from './git-look.js';
import { isAttributes, readSummary, sumOf, type IndexBase, type IndexSummary } from './index-base.js';
import { PlainIndex } from './plain-index.js';
import type { RememberedDirectories } from './remembered-directories.js';
import { ifUnreadable, isLink, place, RememberedFiles, type FileIdentity } from './remembered-files.js';
import { recordOf, rememberedDirectories } from './tree-record.js';
import type { FileSelection, TreeEdits, TreeListing, TreeState } from './tree-files.js';
import { realPath } from './real-path.js';

/** A tree as it was when it was looked at, without its files. */
interface TreeIdentities {
  /**
   * The hash of each selection's files, by its key: the same files have the same hash, however they came there. Committed, staged
   * or not, on this branch or another, with git or without, they have one hash. Names, contents, executable bits and the targets of
   * links count, and so does what links lead to; empty directories do not.
   */
  readonly identities: ReadonlyMap<string, string>;
  /** Edits of the whole tree, whatever is selected. */
  readonly edits: TreeEdits;
  /** Undefined where no index answers, or where much differs from it. */
  readonly state?: TreeState;
}

/** A tree as it was when it was looked at. */
export interface TreeLook extends TreeIdentities {
  readonly files: () => TreeListing;
}

/** With more differences than this, listing all files costs no more. */
const MANY_DIFFERENCES = 5_000;

/**
 * Compares two states of one tree, without a list of its files.
 *
 * @returns the files that differ: name → what the file was and what it is, each undefined where there is no file. Undefined if the two
 * states refer to different indexes
 */
export function compareStates(
  before: TreeState,
  now: TreeState,
): Map<string, { was: FileIdentity | undefined; is: FileIdentity | undefined }> | undefined {
  if (before.index !== now.index) return undefined;
  const [gone, there] = [new Map(before.gone), new Map(before.now)];
  const [goneNow, thereNow] = [new Map(now.gone), new Map(now.now)];
  const differences = new Map<string, { was: FileIdentity | undefined; is: FileIdentity | undefined }>();
  for (const name of new Set([...gone.keys(), ...there.keys(), ...goneNow.keys(), ...thereNow.keys()])) {
    const was = there.get(name) ?? (gone.has(name) ? undefined : goneNow.get(name));
    const is = thereNow.get(name) ?? (goneNow.has(name) ? undefined : gone.get(name));
    if (was !== is) differences.set(name, { was, is });
  }
  return differences;
}

/** The files of an index, except those that are `gone` from it, and those that are there `now`. */
interface State {
  readonly base?: { readonly index: IndexBase; readonly summary: IndexSummary };
  /** Files of the index that are not as it has them: name → what it has. */
  readonly gone: ReadonlyMap<string, FileIdentity>;
  readonly now: TreeListing;
  /** No work tree of git. */
  readonly isPlain: boolean;
  readonly edits: TreeEdits;
}

function filesOf({ base, gone, now }: State): TreeListing {
  if (!base) return now;
  const files: TreeListing = new Map(base.index.parse().files);
  for (const name of gone.keys()) files.delete(name);
  for (const [name, identity] of now) files.set(name, identity);
  return files;
}

function stateOf({ base, gone, now }: State): TreeState | undefined {
  if (!base || gone.size + now.size > MANY_DIFFERENCES) return undefined;
  return { index: base.summary.digest, gone: [...gone], now: [...now] };
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
  readonly directories?: Readonly<Record<'ofGit' | 'ofPlainIndex', RememberedDirectories>>;
  readonly early?: EarlyLook;
  /** Every file is asked for, not the sums alone. */
  readonly listed: boolean;
}

const EVERY_FILE: Wanted = { selections: [], listed: true };

/**
 * Whether a name of an index is a place of its own: where a directory was replaced by a link to another one, the files behind the link
 * are none of this tree.
 */
function withoutLinks(root: Buffer): (name: string) => boolean {
  const known = new Map<string, boolean>([['.', true]]);
  const isOwn = (name: string): boolean => {
    const found = known.get(name) ?? (isOwn(dirname(name)) && isDirectory(place(root, name)));
    known.set(name, found);
    return found;
  };
  return (name) => isOwn(dirname(name));
}

function isDirectory(path: Buffer): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** The index's entries for the files that differ from it. */
function replaced({ index, changed }: GitLook, summary: IndexSummary): [string, FileIdentity][] {
  const doubtful = new Set(summary.doubtful);
  return [...changed].flatMap(([name, known]): [string, FileIdentity][] => {
    const identity = doubtful.has(name) ? undefined : (known ?? index.parse().files.get(name));
    return identity === undefined ? [] : [[name, identity]];
  });
}

/** Looks at a directory, and at those of other repositories within it. */
class Looker {
  /** @param top the real path of the whole tree, in latin1 */
  constructor(
    private readonly remembered: RememberedFiles,
    private readonly top: string,
  ) {}

  async look(root: Buffer, wanted = EVERY_FILE, plain?: PlainIndex): Promise<State> {
    const summary = wanted.sums === undefined ? undefined : await readSummary(wanted.sums);
    const isEnough = wanted.selections.every(({ key }) => summary?.sums[key] !== undefined);
    const { directories, early } = wanted;
    const options = { known: summary, listed: wanted.listed || !isEnough };
    const own = await lookByGit(root, { ...options, directories: directories?.ofGit, early });
    const git = own ?? (await plain?.look({ ...options, directories: directories?.ofPlainIndex }));
    if (git) {
      const state = await this.complete(root, git, wanted, own === undefined);
      return state ?? this.look(root, { ...wanted, listed: true }, plain);
    }
    const { files: now } = await this.identify(root, await walk(root));
    return { gone: new Map(), now, isPlain: true, edits: 'unknown' };
  }

  /** @returns undefined where that takes the list of the index, and there is none */
  private async complete(
    root: Buffer,
    git: GitLook,
    wanted: Wanted,
    isPlain: boolean,
  ): Promise<State | undefined> {
    const { index, changed, untracked } = git;
    const summary = await index.summarize(wanted.sums, wanted.selections);
    const isHere = withoutLinks(root);
    const toRead = [...new Set([...summary.doubtful, ...changed.keys(), ...untracked])].filter(isHere);
    const attributes = [...summary.attributes, ...toRead.filter(isAttributes)];
    const converted = !isPlain && (await isConverted(root, git, attributes));
    if (!index.isListed && (converted || [...changed.values()].includes(undefined))) return undefined;
    if (!index.isListed && toRead.some((name) => isDirectory(place(root, name)))) return undefined;
    if (converted) {
      const names = new Set([...[...index.parse().files.keys()].filter(isHere), ...toRead]);
      const { files } = await this.identify(root, [...names]);
      return { gone: new Map(), now: files, isPlain, edits: 'unknown' };
    }
    const { files: now, entered } = await this.identify(root, toRead);
    const links = summary.links.filter(([name]) => !changed.has(name) && !now.has(name) && isHere(name));
    for (const [name, identity] of await this.follow(root, links)) now.set(name, identity);
    const gone = new Map(links.filter(([name]) => now.has(name)));
    for (const [name, identity] of replaced(git, summary)) gone.set(name, identity);
    if (entered)
      for (const name of now.keys()) {
        const identity = index.parse().files.get(name);
        if (identity !== undefined) gone.set(name, identity);
      }
    const edits = findEdits(git, { gone, now, doubtful: summary.doubtful });
    return { base: { index, summary }, gone, now, isPlain, edits };
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
    const links = [...files].filter(([, identity]) => isLink(identity));
    for (const [name, identity] of [...(await this.follow(root, links)), ...inner]) files.set(name, identity);
    return { files, entered };
  }

  /**
   * Lists what a build reads through symbolic links. The identity of a link to a file includes the file's content. Files in a directory
   * outside the tree are listed below the name of the link.
   */
  private async follow(
    root: Buffer,
    links: readonly (readonly [string, FileIdentity])[],
  ): Promise<TreeListing> {
    const found: TreeListing = new Map();
    // Each link of the tree has all files behind it; those behind a link there are listed once.
    for (const link of links)
      for (const [name, identity] of await this.followOne(root, link, new Set())) found.set(name, identity);
    return found;
  }

  private async followOne(
    root: Buffer,
    [name, identity]: readonly [string, FileIdentity],
    entered: Set<string>,
  ): Promise<TreeListing> {
    const behind = lookBehind(this.top, place(root, name), entered);
    if (behind === undefined) return new Map();
    if (behind.kind === 'file') {
      const [target] = (await this.remembered.identifyBehind(root, [name], 'target')).values();
      return new Map(target === undefined ? [] : [[name, `${identity} ${target}`]]);
    }
    entered.add(behind.real);
    const found = await this.remembered.identifyBehind(root, await walk(root, name, ifUnreadable([])));
    for (const link of [...found].filter(([, own]) => isLink(own)))
      for (const [file, own] of await this.followOne(root, link, entered)) found.set(file, own);
    return found;
  }
}

/**
 * Looks at every file of a directory: its mode and the id that git gives to its content. In a git work tree the index answers for the
 * files that have not changed since git last looked, so that a kernel tree takes a fraction of a second. Bringup keeps an
 * index of its own for a large directory without git. All other files are read, or, with `home`, read once and then recognised by
 * size, times and inode.
 *
 * @param selections whose hashes are wanted
 * @param home the store's directory, which remembers this tree
 * @param early of the directory
 */
export async function lookAtTree(
  directory: string,
  selections: readonly FileSelection[],
  home?: string,
  early?: EarlyLook,
): Promise<TreeLook> {
  const state = await look(directory, selections, { home, early, listed: true });
  return { ...describe(state, selections), files: () => filesOf(state) };
}

/**
 * {@link lookAtTree} without the files. If the index has not changed, not even its files are listed.
 *
 * @param home as for {@link lookAtTree}
 * @param early as for {@link lookAtTree}
 */
export async function identifyTree(
  directory: string,
  selections: readonly FileSelection[],
  home: string,
  early?: EarlyLook,
): Promise<TreeIdentities> {
  return describe(await look(directory, selections, { home, early, listed: false }), selections);
}

function describe(state: State, selections: readonly FileSelection[]): TreeIdentities {
  const identities = selections.map((selection) => [selection.key, identityOf(state, selection)] as const);
  const edits = state.isPlain ? 'unknown' : state.edits;
  return { identities: new Map(identities), edits, state: stateOf(state) };
}

async function look(
  directory: string,
  selections: readonly FileSelection[],
  { home, listed, early }: { home?: string } & Pick<Wanted, 'listed' | 'early'>,
): Promise<State> {
  const record = home === undefined ? undefined : recordOf(home, directory);
  const plain = record === undefined ? undefined : new PlainIndex(directory, join(record, 'index'));
  const root = Buffer.from(directory);
  const top = realPath(root);
  const directories = record === undefined ? undefined : rememberedDirectories(top, record);
  const wanted = { selections, sums: record && join(record, 'sums.json'), listed, directories, early };
  const remembered = await RememberedFiles.open(directory, record && join(record, 'files.json'));
  const state = await new Looker(remembered, top).look(root, wanted, plain);
  await remembered.save();
  if (!state.isPlain || !plain?.isOutdated) return state;
  if (state.base?.index.isListed === false) return look(directory, selections, { home, listed: true });
  await plain.update(filesOf(state));
  return state;
}
