import { kernelLines } from '../doctor/console-lines.js';
import { cleanConsoleText, printable } from '../doctor/console-text.js';

/** The tests that reported their results on a console. */
export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** A test that failed, or results that never came. */
export interface TestFailure {
  /** From the outermost suite down: `lab_queue.lab_push`. */
  readonly name: string;
  /** The number of its line in the console's log, from 1. */
  readonly line: number;
  /** Why it counts as failed, where there was no `not ok`. */
  readonly problem?: string;
}

export interface KtapReport extends TestCounts {
  readonly failures: readonly TestFailure[];
}

/** One level of nesting: a version line, a plan, and results. */
interface Level {
  readonly indent: number;
  readonly line: number;
  name?: string;
  plan?: number;
  results: number;
  failures: TestFailure[];
}

const VERSION = /^K?TAP version \d+$/;
const PLAN = /^1\.\.(\d+)(?:\s*#.*)?$/;
const RESULT = /^(ok|not ok) (\d+)(?:\s*-)?\s*(.*?)(?:\s*# ?(SKIP|TODO|XFAIL)\b.*)?$/i;
const SUBTEST = /^# Subtest: (.+)$/;

/**
 * Reads KTAP, as KUnit and kselftest write it into the kernel's log or a program's output, among other lines.
 *
 * Format: Documentation/dev-tools/ktap.rst in Linux ("version 1"); KUnit of 5.10 to 5.17 says "TAP version 14", kselftest "TAP version 13",
 * with `# ` in place of each level's four blanks.
 */
export class KtapReader {
  readonly #levels: Level[] = [];
  #passed = 0;
  #skipped = 0;
  #line = 0;
  #isSeen = false;
  readonly #failures: TestFailure[] = [];

  /** @param console all of it, as it came */
  static read(console: string): KtapReport | undefined {
    const reader = new KtapReader();
    for (const raw of console.split('\n')) {
      reader.#line += 1;
      if (reader.#levels.length > 0 || raw.includes('TAP version'))
        for (const { text } of kernelLines(printable(cleanConsoleText(raw)))) reader.#read(text.trimEnd());
    }
    return reader.#report();
  }

  #read(text: string): void {
    const [, marks] = /^((?:# (?=(?:# )*(?:K?TAP version |1\.\.|ok\b|not ok\b|# Subtest)))*)/.exec(text)!;
    const bare = text.slice(marks!.length).trimStart();
    const indent = marks!.length * 2 + text.slice(marks!.length).search(/\S|$/);
    if (VERSION.test(bare)) this.#open(indent);
    else if (this.#levels.length > 0) this.#readInside(bare, indent);
  }

  #readInside(bare: string, indent: number): void {
    const plan = PLAN.exec(bare);
    const result = RESULT.exec(bare);
    const subtest = SUBTEST.exec(bare);
    if (subtest) this.#levelAt(indent).name = subtest[1];
    else if (plan) this.#planned(this.#levelAt(indent), Number(plan[1]));
    else if (result) this.#result(indent, result);
    else if (/^Bail out!/.test(bare))
      this.#levels.at(-1)!.failures.push({ ...this.#fault(bare), problem: 'the run was given up' });
  }

  #open(indent: number): void {
    this.#isSeen = true;
    // Two documents one after the other: the first one ended early, or has no plan.
    if (indent <= (this.#levels[0]?.indent ?? -1)) this.#closeAll();
    this.#levelAt(indent);
  }

  /** The level of that indentation; deeper ones end. */
  #levelAt(indent: number): Level {
    while (this.#levels.length > 1 && this.#levels.at(-1)!.indent > indent) this.#close();
    const last = this.#levels.at(-1);
    if (last && last.indent >= indent) return last;
    const level: Level = { indent, line: this.#line, results: 0, failures: [] };
    this.#levels.push(level);
    return level;
  }

  #planned(level: Level, plan: number): void {
    level.plan = plan;
    this.#endDocument();
  }

  #result(indent: number, [, verdict, number, rest, directive]: RegExpExecArray): void {
    const hasChildren = this.#levels.at(-1)!.indent > indent;
    const children = hasChildren ? this.#closeDeeper(indent) : [];
    const level = this.#levelAt(indent);
    level.results += 1;
    const name = rest || `test ${number ?? level.results}`;
    const isExcused = directive !== undefined && !/^SKIP$/i.test(directive);
    const isSkipped = /^SKIP$/i.test(directive ?? '');
    const failed = verdict!.toLowerCase() === 'not ok' && !isExcused && !isSkipped;
    level.failures.push(
      ...children.map((one) => ({ ...one, name: one.name ? `${name}.${one.name}` : name })),
    );
    if (failed && children.length === 0) level.failures.push(this.#fault(name));
    if (!hasChildren && !failed) {
      if (isSkipped) this.#skipped += 1;
      else this.#passed += 1;
    }
    this.#endDocument();
  }

  #closeDeeper(indent: number): TestFailure[] {
    const failures: TestFailure[] = [];
    while (this.#levels.length > 1 && this.#levels.at(-1)!.indent > indent) {
      const level = this.#levels.pop()!;
      const own = this.#ended(level);
      const prefix = this.#levels.at(-1)!.indent > indent && level.name !== undefined ? `${level.name}.` : '';
      failures.unshift(...own.map((one) => ({ ...one, name: `${prefix}${one.name}` })));
    }
    return failures;
  }

  /** Ends a level whose parent never reported: only the level itself may know its name. */
  #close(): void {
    const level = this.#levels.pop()!;
    const prefix = level.name === undefined ? '' : `${level.name}.`;
    this.#levels
      .at(-1)
      ?.failures.push(...this.#ended(level).map((one) => ({ ...one, name: `${prefix}${one.name}` })));
  }

  #ended({ plan, results, failures, line }: Level): TestFailure[] {
    if (plan === undefined || results >= plan) return failures;
    const problem = `${plan - results} of ${plan} results are missing`;
    return [...failures, { name: '', line, problem }];
  }

  #endDocument(): void {
    const [top, ...deeper] = this.#levels;
    if (top && deeper.length === 0 && top.plan !== undefined && top.results >= top.plan) this.#closeAll();
  }

  #closeAll(): void {
    while (this.#levels.length > 1) this.#close();
    const top = this.#levels.pop();
    if (top) this.#failures.push(...this.#ended(top));
  }

  #fault(name: string): TestFailure {
    return { name, line: this.#line };
  }

  /** @returns undefined for a console without tests */
  #report(): KtapReport | undefined {
    this.#closeAll();
    const failures = this.#failures.map((one) => ({ ...one, name: one.name.replace(/\.$/, '') }));
    if (!this.#isSeen) return undefined;
    return { passed: this.#passed, failed: failures.length, skipped: this.#skipped, failures };
  }
}
