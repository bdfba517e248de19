import { UserError } from '@bringup/process';

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

/** Whether a line of a fragment is a directive for the request below it. */
export function isDirective(line: string): boolean {
  return DIRECTIVE.test(line);
}

/** Collects the directives that stand above a request, line by line. */
export class DirectiveReader {
  private found: { optional?: string; since?: string; before?: string } = {};
  /** The line of the first directive that narrows the versions, to be named when no request follows. */
  private narrowedAt = 0;

  /** @param strict whether a directive that cannot be obeyed is an error: in fragments of the user, not in the tree's own */
  constructor(
    private readonly file: string,
    private readonly strict: boolean,
  ) {}

  /**
   * Reads a line without a request. A line without a directive ends the block of directives.
   *
   * @throws UserError `FRAGMENT_SYNTAX`
   */
  read(content: string, line: number): void {
    const [, name, value] = DIRECTIVE.exec(content) ?? [];
    if (name === undefined) return this.endOfBlock();
    if (name === 'optional') {
      this.found.optional = value;
      return;
    }
    this.readVersion(name as 'since' | 'before', value!, line);
  }

  /**
   * The directives of the request that stands below those that were read.
   *
   * @throws UserError `FRAGMENT_SYNTAX` when no version satisfies them
   */
  take(): Directives {
    const { found } = this;
    const { since, before } = found;
    if (since !== undefined && before !== undefined && compareVersions(since, before) >= 0)
      this.refuse(
        this.narrowedAt,
        `no version is both since ${since} and before ${before}, so that the line below never counts. ` +
          `"before" names the first version without the line: swap the two, or correct one`,
      );
    this.found = {};
    this.narrowedAt = 0;
    return found;
  }

  /** @throws UserError `FRAGMENT_SYNTAX` for `# since:` or `# before:` with no request below it */
  endOfBlock(): void {
    const { narrowedAt } = this;
    this.found = {};
    this.narrowedAt = 0;
    if (narrowedAt > 0)
      this.refuse(
        narrowedAt,
        'no request follows. "# since: VERSION" and "# before: VERSION" stand right above the line that they are for, ' +
          'with nothing but other directives between. Where this is only a comment, say it in other words',
      );
  }

  private readVersion(name: 'since' | 'before', value: string, line: number): void {
    if (!VERSION.test(value)) {
      const [number] = /\d+(\.\d+)*/.exec(value) ?? [];
      const form = number === undefined ? `"# ${name}: 6.12"` : `"# ${name}: ${number}"`;
      this.refuse(line, `"${value}" is not a version, which is numbers with dots between: write ${form}`);
      return;
    }
    if (this.found[name] !== undefined)
      this.refuse(line, `a second "# ${name}:" for the same line. Remove one of them`);
    this.found[name] = value;
    this.narrowedAt ||= line;
  }

  private refuse(line: number, text: string): void {
    if (!this.strict) return;
    const { file } = this;
    throw new UserError('FRAGMENT_SYNTAX', `${file}:${line}: ${text}`, { file, line });
  }
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
