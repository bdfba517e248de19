import { hash } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import { writeFileAside } from '@bringup/process';
import { ContentSum } from './content-sum.js';
import { splitNames } from './git.js';
import { isLink, type FileIdentity } from './remembered-files.js';
import type { FileSelection } from './tree-files.js';

/** A remembered summary of an index, so that its 80,000 lines need not be parsed again. */
export interface IndexSummary {
  /** SHA-1 of what git lists of the index. */
  readonly digest: string;
  /** {@link readChecksum} of the index, where that alone says that it is this one. */
  readonly checksum?: string;
  /** Names that git may have wrong, or that are not files of the index. */
  readonly doubtful: readonly string[];
  /** Names of `.gitattributes`. */
  readonly attributes: readonly string[];
  /** Symbolic links. */
  readonly links: readonly (readonly [name: string, identity: FileIdentity])[];
  /** {@link FileSelection.key} → the sum of its files. */
  readonly sums: Readonly<Record<string, string>>;
}

interface Parsed {
  /** Name → mode and id. */
  readonly files: ReadonlyMap<string, FileIdentity>;
  readonly doubtful: readonly string[];
}

const SUBMODULE = '160000';

/** Whether that is the name of a file of attributes: gitattributes(5). */
export function isAttributes(name: string): boolean {
  return /(^|\/)\.gitattributes$/.test(name);
}

/** Digits of an id of SHA-1, which is what the ids of files that we read are. */
const SHA1_DIGITS = 40;

/** The parts of an {@link IndexBase} that are available. */
export interface IndexSource {
  /** The output of `ls-files --stage -v -z`; may be missing if the summary is of this very index. */
  readonly staged?: Buffer;
  readonly checksum?: string;
  /** Of this index, or of an earlier one. */
  readonly known?: IndexSummary;
}

/** The files of a git index. Most of the time, what is remembered of it will do. */
export class IndexBase {
  private parsed: Parsed | undefined;

  constructor(private readonly source: IndexSource) {}

  /** Whether its files can be listed. */
  get isListed(): boolean {
    return this.source.staged !== undefined;
  }

  /** Whether its ids are of SHA-1: what is remembered by a checksum always is. */
  get hasSha1(): boolean {
    const { staged } = this.source;
    if (staged === undefined) return true;
    const start = staged.subarray(0, 100).toString('latin1');
    return /^\S \d+ ([0-9a-f]+) /.exec(start)?.[1]?.length === SHA1_DIGITS;
  }

  /** Every file that git is sure of, and the names of the others. */
  parse(): Parsed {
    const { staged } = this.source;
    if (staged === undefined) throw new Error('the index was not listed');
    return (this.parsed ??= parseStaged(staged));
  }

  /**
   * @param file where the summary is kept between processes; without it, nowhere
   * @param selections whose sums are wanted
   */
  async summarize(file: string | undefined, selections: readonly FileSelection[]): Promise<IndexSummary> {
    const { staged, known } = this.source;
    if (staged === undefined) return known!;
    const digest = hash('sha1', staged);
    const checksum = this.hasSha1 ? this.source.checksum : undefined;
    const earlier = known?.digest === digest ? known : undefined;
    const missing = selections.filter(({ key }) => earlier?.sums[key] === undefined);
    if (earlier && missing.length === 0 && earlier.checksum === checksum) return earlier;
    const summary = { ...(earlier ?? this.describe()), digest, checksum };
    const sums = { ...summary.sums };
    for (const selection of missing) sums[selection.key] = sumOf(this.parse().files, selection).toString();
    const whole = { ...summary, sums };
    // A full disk only costs the next process time.
    if (file !== undefined) await writeFileAside(file, JSON.stringify(whole)).catch(() => undefined);
    return whole;
  }

  private describe(): Pick<IndexSummary, 'doubtful' | 'attributes' | 'links' | 'sums'> {
    const { files, doubtful } = this.parse();
    const links = [...files].filter(([, identity]) => isLink(identity));
    return { doubtful, attributes: [...files.keys()].filter(isAttributes), links, sums: {} };
  }
}

/**
 * The checksum at the end of an index file (gitformat-index(5)), another one whenever anything in the file has changed.
 *
 * @returns undefined where the file has none (`index.skipHash`), or is not there
 */
export async function readChecksum(file: string): Promise<string | undefined> {
  const handle = await open(Buffer.from(file, 'latin1')).catch(() => undefined);
  try {
    const length = SHA1_DIGITS / 2;
    const size = (await handle?.stat())?.size ?? 0;
    if (!handle || size < length) return undefined;
    const { buffer } = await handle.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.some((byte) => byte !== 0) ? buffer.toString('hex') : undefined;
  } finally {
    await handle?.close();
  }
}

/** The sum of the selected ones of some files. */
export function sumOf(files: ReadonlyMap<string, FileIdentity>, { has }: FileSelection): ContentSum {
  const sum = new ContentSum();
  for (const [name, identity] of files) if (has(name)) sum.add(name, identity);
  return sum;
}

/** `H 100644 d670460b… 0\tMakefile`: git-ls-files(1). */
function parseStaged(staged: Buffer): Parsed {
  const files = new Map<string, FileIdentity>();
  const doubtful: string[] = [];
  for (const line of splitNames(staged)) {
    const tab = line.indexOf('\t');
    const [tag, mode, id, stage] = line.slice(0, tab).split(' ');
    const name = line.slice(tab + 1);
    // Any other tag: not checked out (S), unmerged (M), or git was asked not to look (lower case).
    if (tag === 'H' && stage === '0' && mode !== SUBMODULE) files.set(name, `${mode} ${id}`);
    else doubtful.push(name);
  }
  return { files, doubtful };
}

/** Reads the remembered summary of a tree's index. @returns undefined if there is no summary, or only a part of one */
export async function readSummary(file: string): Promise<IndexSummary | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '');
  try {
    const summary = JSON.parse(text) as Partial<IndexSummary>;
    return summary.links ? (summary as IndexSummary) : undefined; // An older Bringup listed no links.
  } catch {
    return undefined;
  }
}
