import { hash } from 'node:crypto';
import { readFile } from 'fs-extra';
import { writeFileAside } from '@bringup/process';
import { ContentSum } from './content-sum.js';
import { splitNames } from './git.js';
import type { FileIdentity } from './remembered-files.js';
import type { FileSelection } from './tree-look.js';

/** What has to be known of an index before its 80,000 lines are taken apart. */
export interface IndexSummary {
  /** Names that git may have wrong, or that are no files of the index. */
  readonly doubtful: readonly string[];
  /** Names of `.gitattributes`. */
  readonly attributes: readonly string[];
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

/** The files of a git index, as `ls-files --stage -v -z` prints it. Most of the time, what is remembered of the same output will do. */
export class IndexBase {
  private parsed: Parsed | undefined;

  constructor(private readonly staged: Buffer) {}

  /** Hexadecimal digits of an id: the repository's hash function. */
  get idLength(): number {
    return /^\S \d+ ([0-9a-f]+) /.exec(this.staged.subarray(0, 100).toString('latin1'))?.[1]?.length ?? 0;
  }

  /** Every file that git is sure of, and the names of the others. */
  parse(): Parsed {
    return (this.parsed ??= parseStaged(this.staged));
  }

  /**
   * @param file where summaries are kept between processes; without it, nothing is
   * @param selections whose sums are wanted
   */
  async summarize(file: string | undefined, selections: readonly FileSelection[]): Promise<IndexSummary> {
    const digest = hash('sha1', this.staged);
    const known = file === undefined ? undefined : await readSummary(file, digest);
    const missing = selections.filter(({ key }) => known?.sums[key] === undefined);
    if (known && missing.length === 0) return known;
    const { files, doubtful } = this.parse();
    const sums = { ...known?.sums };
    for (const selection of missing) sums[selection.key] = sumOf(files, selection).toString();
    const attributes = [...files.keys()].filter(isAttributes);
    const summary = { doubtful, attributes, sums };
    if (file !== undefined)
      // A full disk only costs the next process time.
      await writeFileAside(file, JSON.stringify({ digest, ...summary })).catch(() => undefined);
    return summary;
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

/** @returns undefined when it is of another index, cut short, or of another Bringup */
async function readSummary(file: string, digest: string): Promise<IndexSummary | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '');
  try {
    const read = JSON.parse(text) as Partial<IndexSummary & { digest: string }>;
    return read.digest === digest ? (read as IndexSummary) : undefined;
  } catch {
    return undefined;
  }
}
