import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ToolError } from '@bringup/process';
import { lookByGit, type GitLook, type GitLookOptions } from './git-look.js';
import { PLAIN_FILES, runGit } from './git.js';
import { isLink } from './remembered-files.js';
import type { TreeListing } from './tree-files.js';

/** Smaller trees are read as fast as git is started. */
const FEWEST_FILES = 2_000;

/** So many changed files cost more at each look than it takes to write them into the index. */
const MANY_CHANGES = 200;

/** Names that git would refuse for the sake of other systems. */
const ANY_NAME = ['-c', 'core.protectNTFS=false', '-c', 'core.protectHFS=false'];

/**
 * A git index of a directory that has none, kept outside it: git then tells in a fraction of a second which files have changed. It has no
 * objects, just names, ids and times. If anything goes wrong with it, only the next look takes longer.
 */
export class PlainIndex {
  private readonly options: readonly string[];
  private last: GitLook | undefined;

  /** @param place the directory of the index, which need not exist */
  constructor(
    private readonly directory: string,
    private readonly place: string,
  ) {
    this.options = optionsFor(place, directory);
  }

  /** @returns undefined where there is none yet */
  async look(options: Omit<GitLookOptions, 'repository'>): Promise<GitLook | undefined> {
    if (!existsSync(join(this.place, '.git/index'))) return undefined;
    return (this.last = await lookByGit(Buffer.from(this.directory), {
      ...options,
      repository: this.options,
    }));
  }

  /** Whether {@link update} makes the next look faster. */
  get isOutdated(): boolean {
    return !this.last || countChanges(this.last) >= MANY_CHANGES;
  }

  /** Takes in what was seen. To be called for a directory without git. @param now every file */
  async update(now: TreeListing): Promise<void> {
    const { last } = this;
    if (!last && now.size < FEWEST_FILES) return;
    const links = [...now].flatMap(([name, identity]) => (isLink(identity) ? [`${name}/`] : []));
    // git would take them for deleted.
    const isBehind = (name: string) => links.some((link) => name.startsWith(link));
    const lines = [...now].flatMap(([name, identity]) => {
      const [mode, id] = identity.split(' ');
      return id === undefined || isBehind(name) ? [] : [`${mode} ${id}\t${name}\0`];
    });
    const gone = [...(last?.changed.keys() ?? [])].filter((name) => !now.has(name) || isBehind(name));
    lines.unshift(...gone.map((name) => `0 ${'0'.repeat(40)}\t${name}\0`));
    await this.write(lines).catch((error: unknown) => {
      if (!(error instanceof ToolError)) throw error;
    });
  }

  private async write(lines: readonly string[]): Promise<void> {
    if (this.last) return this.fill(this.options, lines);
    // Another process may be looking.
    const aside = `${this.place}.${randomUUID()}`;
    try {
      await runGit(['init', '--quiet', '--template=', aside], {});
      await mkdir(join(aside, '.git/info'), { recursive: true });
      await writeFile(join(aside, '.git/info/attributes'), PLAIN_FILES);
      await this.fill(optionsFor(aside, this.directory), lines);
      await rm(this.place, { recursive: true, force: true });
      await rename(aside, this.place);
    } finally {
      await rm(aside, { recursive: true, force: true });
    }
  }

  private async fill(repository: readonly string[], lines: readonly string[]): Promise<void> {
    const options = { cwd: this.directory };
    const input = Buffer.from(lines.join(''), 'latin1');
    await runGit([...repository, 'update-index', '-z', '--index-info'], { ...options, input });
    // git compares the files with their ids, and remembers their times. 1: some are not as the index has them.
    const refresh = [...repository, 'update-index', '-q', '--refresh'];
    await runGit(refresh, { ...options, okExitCodes: [0, 1] });
  }
}

function optionsFor(place: string, directory: string): string[] {
  return [...ANY_NAME, `--git-dir=${join(place, '.git')}`, `--work-tree=${directory}`];
}

/** A link always counts as changed, for git compares it with an object. */
function countChanges({ changed, untracked }: GitLook): number {
  const files = [...changed.values()].filter((identity) => !identity?.startsWith('120000'));
  return files.length + untracked.length;
}
