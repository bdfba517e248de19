/** The comments right above a request that say when it counts, and whether it may be lost. */
export interface Directives {
  /** The reason given in `# optional: REASON`: the request may be lost. */
  readonly optional?: string;
  /** `# since: VERSION`: the request counts in trees of this version and later ones. */
  readonly since?: string;
  /** `# before: VERSION`: the request counts in trees earlier than this version. */
  readonly before?: string;
}

/** The version of a source tree as its Makefile has it: VERSION, PATCHLEVEL and SUBLEVEL, as `6.1.148` or `2025.01`. */
export type TreeVersion = string;

const DIRECTIVE = /^#\s*(optional|since|before):\s*(.*\S)\s*$/;
const VERSION = /^\d+(\.\d+)*$/;
/** Comments that were probably meant as directives: another spelling, no value, or nothing but a version behind the word. */
const NEAR_MISS = /^#+\s*(optional|since|before|until|from)(\s*:|\s+v?\d+(?:\.\d+)*\s*$)/i;

/** Whether a line of a fragment is a directive for the request below it. */
export function isDirective(line: string): boolean {
  return DIRECTIVE.test(line);
}

/** Collects the directives that stand above a request, line by line. */
export class DirectiveReader {
  private found: { optional?: string; since?: string; before?: string } = {};
  /** The line of the first directive, to be named when no request follows. */
  private startedAt = 0;

  /** @param report is called with each directive that cannot be obeyed */
  constructor(private readonly report: (line: number, message: string) => void) {}

  /** Drops the directives above a line that has a fault of its own. */
  forget(): void {
    this.found = {};
    this.startedAt = 0;
  }

  /**
   * Reads a line without a request. A line without a directive ends the block of directives.
   */
  read(content: string, line: number): void {
    const [, name, value] = DIRECTIVE.exec(content) ?? [];
    if (name === undefined) {
      const [, word] = NEAR_MISS.exec(content) ?? [];
      if (word !== undefined) this.report(line, formOf(word.toLowerCase(), content));
      return this.endOfBlock();
    }
    const key = name as keyof Directives;
    if (key !== 'optional' && !this.checkVersion(key, value!, line)) return;
    if (this.found[key] !== undefined)
      this.report(line, `a second "# ${name}:" for the same line. Remove one of them`);
    this.found[key] = value;
    this.startedAt ||= line;
  }

  /** The directives of the request that stands below those that were read. */
  take(): Directives {
    const { found } = this;
    const { since, before } = found;
    if (since !== undefined && before !== undefined && compareVersions(since, before) >= 0)
      this.report(
        this.startedAt,
        `no version is both since ${since} and before ${before}, so that the line below never counts. ` +
          '"# before:" names the first version without the line, which is later than the one in "# since:"',
      );
    this.found = {};
    this.startedAt = 0;
    return found;
  }

  /** Reports directives with no request below them. */
  endOfBlock(): void {
    const { startedAt } = this;
    this.found = {};
    this.startedAt = 0;
    if (startedAt > 0)
      this.report(
        startedAt,
        'no request follows. "# optional:", "# since:" and "# before:" stand right above the line that they are for, ' +
          'with nothing but other directives between. Where this is only a comment, say it in other words',
      );
  }

  /** Whether a version can be compared with. */
  private checkVersion(name: 'since' | 'before', value: string, line: number): boolean {
    if (!VERSION.test(value)) {
      const more = /,|\b(since|before)\b/.test(value) ? ', and each directive on a line of its own' : '';
      const text = `"${value}" is not a version, which is numbers with dots between`;
      this.report(line, `${text}: write ${example(name, value)}${more}`);
      return false;
    }
    if (name === 'before' && compareVersions(value, '0') <= 0)
      this.report(line, `no version is before ${value}, so that the line below never counts. Remove both`);
    return true;
  }
}

/** A directive with the number that was found in a wrong one. */
function example(name: string, text: string): string {
  return `"# ${name}: ${/\d+(\.\d+)*/.exec(text)?.[0] ?? '6.12'}"`;
}

/** The right form of a comment that is nearly a directive. */
function formOf(word: string, content: string): string {
  const text = `"${content}" is nearly a directive, and would be a comment without effect. Write `;
  if (word === 'optional') return `${text}"# optional: REASON"`;
  if (word === 'until')
    return `${text}${example('before', content)}, which names the first version without the line`;
  return `${text}${example(word === 'from' ? 'since' : word, content)}`;
}

/** Negative when `a` is earlier than `b`, 0 when they are the same. Numbers that are not there count as 0: 6.1 is 6.1.0. */
function compareVersions(a: TreeVersion, b: TreeVersion): number {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number)) as [number[], number[]];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Whether directives let a request count in a tree of this version. */
export function countsIn({ since, before }: Directives, version: TreeVersion): boolean {
  if (since !== undefined && compareVersions(version, since) < 0) return false;
  return before === undefined || compareVersions(version, before) < 0;
}

/** Whether directives hold a request to some versions. */
export function isForSomeVersions({ since, before }: Directives): boolean {
  return since !== undefined || before !== undefined;
}
