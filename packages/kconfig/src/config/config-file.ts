import { UserError } from '@bringup/process';
import { DirectiveReader, type Directives } from './directives.js';
import { adviseOn, FORMS, isValue, nearRequest, otherKind } from './mistakes.js';

/**
 * One line of a fragment or `.config` that asks for a value.
 * `value` is as written: `y`, `m`, `n`, a number, `0x…`, or a string with its quotes.
 */
export interface ConfigRequest extends Directives {
  /** Without the `CONFIG_` prefix. */
  readonly symbol: string;
  readonly value: string;
  /** Where it stands, as it is shown to the user. */
  readonly file: string;
  readonly line: number;
}

// conf_read_simple() of scripts/kconfig/confdata.c knows these two forms of a line and comments.
const ASSIGNMENT = /^CONFIG_(\w+)=(.*)$/;
const NOT_SET = /^# CONFIG_(\w+) is not set\s*$/;
/** A message shows this many characters of a line that it cannot parse. */
const SHOWN_LENGTH = 200;

/**
 * Reads a fragment or a whole `.config`. Lines may end as on Windows, the last one need not end, and a byte order mark
 * is skipped.
 *
 * @param text the file's content
 * @param file its name, for messages
 * @param options `anyValue`: values that are none, such as bare words, are for conf to refuse, and are lost then; and
 *   comments that look like a directive, and cannot be one, are comments
 * @throws UserError `FRAGMENT_SYNTAX` with each line that is neither a request nor a comment, or is a comment only by a slip, and with each
 *   directive that cannot be obeyed
 */
export function parseConfig(
  text: string,
  file: string,
  { anyValue = false }: { readonly anyValue?: boolean } = {},
): ConfigRequest[] {
  const requests: ConfigRequest[] = [];
  const faults: Fault[] = [];
  const report = (line: number, message: string) => faults.push({ line, message });
  const directives = new DirectiveReader(anyValue ? () => undefined : report);
  const lines = text
    .replace(/^\uFEFF/, '')
    .split('\n')
    // kconfig passes over a form feed, with which some editors part pages.
    .map((raw) => raw.replace(/\r$/, '').trimEnd().replace(/^\f+/, ''));
  for (const [index, content] of lines.entries()) {
    const parsed = parseLine(content, anyValue);
    const line = index + 1;
    if (parsed === 'fault') {
      if (!continues(lines[index - 1], content)) report(line, describeFault(content, lines[index + 1]));
      directives.forget();
    } else if (parsed) {
      requests.push({ ...parsed, file, line, ...directives.take() });
    } else {
      const near = anyValue || !content.startsWith('#') ? undefined : nearRequest(content);
      if (near !== undefined) report(line, near);
      directives.read(content, line);
    }
  }
  directives.endOfBlock();
  if (faults.length > 0) throw syntaxError(file, faults, lines);
  return requests;
}

interface Fault {
  readonly line: number;
  readonly message: string;
}

function parseLine(
  content: string,
  anyValue: boolean,
): Pick<ConfigRequest, 'symbol' | 'value'> | 'fault' | undefined {
  if (content.includes('\0')) return 'fault';
  const notSet = NOT_SET.exec(content);
  if (notSet) return { symbol: notSet[1]!, value: 'n' };
  if (content === '' || content.startsWith('#')) return undefined;
  const assignment = ASSIGNMENT.exec(content);
  if (!assignment || !(anyValue || isValue(assignment[2]!))) return 'fault';
  return { symbol: assignment[1]!, value: assignment[2]! };
}

/** Whether a line is the second half of a string: the fault is in the first. */
function continues(before: string | undefined, content: string): boolean {
  return /^CONFIG_\w+="[^"]*\\$/.test(before?.slice(0, SHOWN_LENGTH) ?? '') && content.endsWith('"');
}

function describeFault(whole: string, next: string | undefined): string {
  const content = whole.length > SHOWN_LENGTH ? `${whole.slice(0, SHOWN_LENGTH)}…` : whole;
  // A terminal would swallow or obey control characters.
  const shown = content.replace(/\p{Cc}/gu, (c) => JSON.stringify(c).slice(1, -1));
  // The advice repeats the line: of a long one only its first part can be corrected.
  const advice = whole.length > SHOWN_LENGTH ? FORMS : adviseOn(content, next?.slice(0, SHOWN_LENGTH));
  return `not a Kconfig line: ${shown}\n${advice}`;
}

/** How many faults of a file are listed. */
const MOST_FAULTS = 20;

function syntaxError(file: string, faults: readonly Fault[], lines: readonly string[]): UserError {
  const { line } = faults[0]!;
  const kind = otherKind(faults.map((fault) => lines[fault.line - 1]!.slice(0, SHOWN_LENGTH)));
  // Of a file that is none of ours one line is enough.
  const listed = faults.slice(0, kind === undefined ? MOST_FAULTS : 1);
  const more = faults.length - listed.length;
  const message = [
    ...(kind === undefined ? [] : [`${file} is not a Kconfig fragment, but ${kind}.`]),
    ...listed.map((fault) => `${file}:${fault.line}: ${fault.message}`),
    ...(more > 0 ? [`and ${more} ${more === 1 ? 'line' : 'lines'} more in ${file}`] : []),
  ].join('\n');
  return new UserError('FRAGMENT_SYNTAX', message, { file, line, faults });
}

/** The values of a resolved `.config`, by symbol without prefix. A symbol that is absent is not set. */
export type ConfigValues = ReadonlyMap<string, string>;

/** The values of a list of requests, the last one for a symbol winning, as `conf` has it. */
export function configValues(requests: readonly ConfigRequest[]): ConfigValues {
  return new Map(requests.map(({ symbol, value }) => [symbol, value]));
}

/**
 * The lines of a `.config` that conf wrote. Unlike a fragment's, a value may be bare text: U-Boot's conf writes
 * "CONFIG_TEXT_BASE=" for a hex symbol without a default.
 */
export function parseResolved(text: string, file = '.config'): ConfigRequest[] {
  return parseConfig(text, file, { anyValue: true });
}

/** The values of a `.config` that conf wrote. */
export function resolvedValues(text: string): ConfigValues {
  return configValues(parseResolved(text));
}

/** One request as the line `conf` writes and reads. */
export function formatRequest(symbol: string, value: string): string {
  return value === 'n' ? `# CONFIG_${symbol} is not set` : `CONFIG_${symbol}=${value}`;
}
