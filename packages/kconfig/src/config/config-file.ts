import { UserError } from '@bringup/process';
import { DirectiveReader, type Directives } from './directives.js';

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
const PLAIN_VALUE = /^(?:[ymn]|-?\d+|0[xX][0-9a-fA-F]+)$/;

function isValue(text: string): boolean {
  return text.startsWith('"') ? isQuoted(text) : PLAIN_VALUE.test(text);
}

/** Whether the quote that ends the string is the last character. A loop: a pattern's stack does not hold 10 MB. */
function isQuoted(text: string): boolean {
  for (let i = 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '"') return i === text.length - 1;
  }
  return false;
}

const FORMS =
  'Write CONFIG_NAME=y, =m, =n, =123, =0x1f or ="text", or "# CONFIG_NAME is not set"; comments start with #.';

/** Common mistakes, each with the correction. The first match counts. */
const MISTAKES: readonly (readonly [RegExp, (match: RegExpExecArray) => string])[] = [
  [/\0/, () => 'It has a NUL byte, which no text has. If the file is UTF-16, save it as UTF-8.'],
  [
    /^(?:export\s+)?(?:CONFIG_)?(\w+)\s*[:?+!]+=\s*(.*)$/,
    ([, symbol, value]) =>
      `A fragment is not a Makefile, and has no operator but "=": write CONFIG_${symbol}=${value || 'y'}`,
  ],
  [
    /^export\s+(?:CONFIG_)?(\w+)(?:\s*=\s*(.*))?$/,
    ([, symbol, value]) =>
      `A fragment is not a Makefile, and exports nothing: write CONFIG_${symbol}=${value || 'y'}`,
  ],
  [
    /^\s*CONFIG_(\w+)\s*=\s*([^\s=].*)$/,
    ([line, symbol, value]) =>
      isValue(value!) && line !== `CONFIG_${symbol}=${value}`
        ? `There is no space before the symbol or around "=": write CONFIG_${symbol}=${value}`
        : FORMS,
  ],
  [
    /^(?!CONFIG_)([A-Za-z_]\w*)\s*=\s*(.+)$/,
    ([, symbol, value]) => `A symbol has the prefix CONFIG_ here: write CONFIG_${symbol}=${value}`,
  ],
];
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
 * @throws UserError `FRAGMENT_SYNTAX` with file:line for anything that is neither a request nor a comment, and for a
 *   directive that cannot be obeyed
 */
export function parseConfig(
  text: string,
  file: string,
  { anyValue = false }: { readonly anyValue?: boolean } = {},
): ConfigRequest[] {
  const requests: ConfigRequest[] = [];
  const directives = new DirectiveReader(file, !anyValue);
  text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .forEach((raw, index) => {
      const line = index + 1;
      const content = raw.replace(/\r$/, '').trimEnd();
      const request = parseLine(content, file, line, anyValue);
      if (request) requests.push({ ...request, ...directives.take() });
      else directives.read(content, line);
    });
  directives.endOfBlock();
  return requests;
}

function parseLine(
  content: string,
  file: string,
  line: number,
  anyValue: boolean,
): ConfigRequest | undefined {
  if (content.includes('\0')) throw syntaxError(content, file, line);
  const notSet = NOT_SET.exec(content);
  if (notSet) return { symbol: notSet[1]!, value: 'n', file, line };
  if (content === '' || content.startsWith('#')) return undefined;
  const assignment = ASSIGNMENT.exec(content);
  if (!assignment || !(anyValue || isValue(assignment[2]!))) throw syntaxError(content, file, line);
  return { symbol: assignment[1]!, value: assignment[2]!, file, line };
}

function syntaxError(whole: string, file: string, line: number): UserError {
  const content = whole.length > SHOWN_LENGTH ? `${whole.slice(0, SHOWN_LENGTH)}…` : whole;
  // A terminal would swallow or obey control characters.
  const shown = content.replace(/\p{Cc}/gu, (c) => JSON.stringify(c).slice(1, -1));
  let advice = FORMS;
  for (const [pattern, advise] of MISTAKES) {
    const match = pattern.exec(content);
    if (!match) continue;
    advice = advise(match);
    break;
  }
  return new UserError('FRAGMENT_SYNTAX', `${file}:${line}: not a Kconfig line: ${shown}\n${advice}`, {
    file,
    line,
    content,
  });
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
