/* Lines that conf cannot read as requests, and the corrected line for each habit that leads to them. */

const NAME = String.raw`(?:CONFIG_)?(\w+)`;

/** A value that conf reads as a word of its own: a tristate, a number. */
const PLAIN_VALUE = /^(?:[ymn]|-?\d+|0[xX][0-9a-fA-F]+)$/;

/** Whether conf reads that as a value: `y`, a number, a string in double quotes. */
export function isValue(text: string): boolean {
  return text.startsWith('"') ? closingQuote(text) === text.length - 1 : PLAIN_VALUE.test(text);
}

/** Where the quote is that ends a string; -1 where none does. A loop: a pattern's stack does not hold 10 MB. */
function closingQuote(text: string): number {
  for (let at = 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at;
  }
  return -1;
}

/** The forms of a line. */
export const FORMS =
  'Write CONFIG_NAME=y, =m, =n, =123, =0x1f or ="text", or "# CONFIG_NAME is not set"; comments start with #.';

const WORDS: Readonly<Record<string, string>> = {
  ...{ yes: 'y', true: 'y', on: 'y', enable: 'y', enabled: 'y', module: 'm', modular: 'm' },
  ...{ no: 'n', false: 'n', off: 'n', disable: 'n', disabled: 'n', none: 'n', y: 'y', m: 'm', n: 'n' },
};

const quoted = (text: string) => `"${text.replace(/\\(?!["\\])/g, '\\\\').replace(/(?<!\\)"/g, '\\"')}"`;
const request = (symbol: string, value: string) =>
  value === 'n' ? `"# CONFIG_${symbol} is not set"` : `CONFIG_${symbol}=${value}`;

/**
 * The fault of a line that is neither a request nor a comment, and the line that is meant.
 *
 * @param next the line below: a string may go on there
 */
export function adviseOn(line: string, next = ''): string {
  for (const [pattern, advise] of MISTAKES) {
    const match = pattern.exec(line);
    const advice = match && advise(match, next);
    if (advice) return advice;
  }
  return FORMS;
}

type Advise = (match: RegExpExecArray, next: string) => string | undefined;

/** Habits, each with its advice; one that gives none leaves the line to the next. */
const MISTAKES: readonly (readonly [RegExp, Advise])[] = [
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
        : undefined,
  ],
  [
    new RegExp(String.raw`^\s*(?://|;|--|/\*)?\s*${NAME} is not set\b`, 'i'),
    ([, symbol]) => `A line that turns a symbol off begins with "# ": write ${request(upper(symbol!), 'n')}`,
  ],
  [/^\s*(?:\/\/|;|\/\*|<!--)/, () => 'A comment begins with #.'],
  [
    /^\s*CONFIG_(\w+)\s*=\s*$/i,
    ([, symbol]) =>
      `It has no value: write ${request(upper(symbol!), 'n')}, or CONFIG_${upper(symbol!)}="" for an empty string`,
  ],
  [
    /^\s*(config_|Config_)(\w+)\s*=\s*(.*)$/,
    ([, , symbol, value]) =>
      `Symbols are in capitals here: write ${request(upper(symbol!), corrected(value!, '') ?? value!)}`,
  ],
  [/^\s*CONFIG_(\w+)\s*=\s*(.*)$/, ([, symbol, value], next) => adviseOnValue(symbol!, value!.trim(), next)],
  [
    /^(?!CONFIG_)([A-Za-z_]\w*)\s*=\s*(.+)$/,
    ([, symbol, value]) =>
      `A symbol has the prefix CONFIG_ here: write ${request(symbol!, corrected(value!, '') ?? value!)}`,
  ],
  [
    /^\s*CONFIG_(\w+)\s+([ymn])\s*$/,
    ([, symbol, value]) => `"=" is missing: write ${request(symbol!, value!)}`,
  ],
  [
    /^\s*CONFIG_(\w+)\s*$/,
    ([, symbol]) => `It has no value: write CONFIG_${symbol}=y, or ${request(symbol!, 'n')}`,
  ],
];

const upper = (symbol: string) => symbol.replace(/^config_/i, '').toUpperCase();

function adviseOnValue(symbol: string, value: string, next: string): string | undefined {
  const comment = /^(\S+|"(?:[^"\\]|\\.)*")\s+(#.*|\/\/.*|;.*)$/.exec(value);
  if (comment && isValue(corrected(comment[1]!, '') ?? comment[1]!))
    return `A comment needs a line of its own: write "${comment[2]!.replace(/^(?:#+|\/+|;+)\s*/, '# ')}" above ${request(symbol, corrected(comment[1]!, '') ?? comment[1]!)}`;
  if (/^=/.test(value)) return again(symbol, 'There is one "=" only', value.replace(/^=+\s*/, ''));
  if (/;$/.test(value)) return again(symbol, 'A line ends without ";"', value.replace(/\s*;+$/, ''));
  if (/^(?:`|\$\(|0b)/.test(value)) return undefined; // The value is not there to be read.
  const said = wrongWith(value);
  const meant = corrected(value, next);
  return said !== undefined && meant !== undefined ? `${said}: write ${request(symbol, meant)}` : undefined;
}

/** The advice for a value without what does not belong to it. */
function again(symbol: string, said: string, value: string): string | undefined {
  const meant = corrected(value, '');
  return meant === undefined ? undefined : `${said}: write ${request(symbol, meant)}`;
}

/** In words, what keeps a value from being one. */
function wrongWith(value: string): string | undefined {
  if (/[“”„‟«»‘’]/.test(value)) return 'These are typographic quotes';
  if (value.startsWith("'")) return 'A string has double quotes';
  if (value.startsWith('"')) {
    const end = closingQuote(value);
    if (end >= 0)
      return value.endsWith('"')
        ? 'A quote inside a string has a backslash in front'
        : 'There is text behind the closing quote';
    return value.endsWith('\\') ? 'A string ends on its own line' : 'The string is never closed';
  }
  if (Object.hasOwn(WORDS, value.toLowerCase())) return 'The values of a symbol are y, m and n';
  if (/^[0-9a-f]*[a-f][0-9a-f]*$/i.test(value) && /\d/.test(value))
    return 'A hexadecimal number begins with 0x';
  if (/^\d+[kKmMgG]$/.test(value)) return undefined;
  return 'A string has double quotes';
}

/** The value that is meant, as conf reads it. */
function corrected(value: string, next: string): string | undefined {
  if (isValue(value)) return value;
  const bare = value.replace(/[“”„‟«»]/g, '"').replace(/[‘’]/g, "'");
  if (bare !== value) return isValue(bare) ? bare : corrected(bare, next);
  if (/^'.*'$/.test(value)) return quoted(value.slice(1, -1));
  if (value.startsWith("'")) return quoted(value.slice(1));
  if (value.startsWith('"')) return closed(value, next);
  const word = WORDS[value.toLowerCase()];
  if (word !== undefined) return word;
  if (/^[0-9a-f]+$/i.test(value)) return `0x${value}`;
  return /^\d+[kKmMgG]$/.test(value) ? undefined : quoted(value.replace(/"/g, ''));
}

/** A string that is not closed, or closed too early. */
function closed(value: string, next: string): string {
  const end = closingQuote(value);
  if (end < 0) {
    const goesOn = value.endsWith('\\') && /"\s*$/.test(next);
    return goesOn ? `${value.slice(0, -1).trimEnd()} ${next.trim()}` : `${value}"`;
  }
  return value.endsWith('"')
    ? quoted(value.slice(1, -1))
    : `${value.slice(0, end)}${value.slice(end + 1).replace(/(?<!\\)"/g, '\\"')}"`;
}

const COMMENTED_REQUEST =
  /^#+\s*config_(\w+)(?:=\w+)?\s+(?:is\s+not\s+set|isn't\s+set|is\s+unset|not\s+set)\b(.*)$/i;
/** Without the prefix, in capitals, and with nothing else on the line. */
const WITHOUT_PREFIX = /^# ([A-Z][A-Z0-9_]+) is not set()$/;

/**
 * A comment that is nearly a request, with the right form. conf passes over it, and the symbol keeps its value. A request that is
 * commented out (`# CONFIG_A=y`) is an ordinary comment.
 *
 * @param line a comment
 */
export function nearRequest(line: string): string | undefined {
  const define = /^#\s*(?:define|undef)\s+CONFIG_(\w+)(?:\s+(\S+))?/.exec(line);
  if (define) {
    const value = line.includes('undef') ? 'n' : define[2] === '1' ? 'y' : (define[2] ?? 'y');
    return `This is a line of a C header, and a comment here. Write ${request(define[1]!, value)}`;
  }
  const [, symbol, behind] = COMMENTED_REQUEST.exec(line) ?? WITHOUT_PREFIX.exec(line) ?? [];
  if (symbol === undefined) return undefined;
  const reason = behind!.replace(/^[\s.,;:!()#-]+|[\s)]+$/g, '');
  const where = reason === '' ? '' : `, and "# ${reason}" on a line above it`;
  return (
    `"${line.length > 100 ? `${line.slice(0, 100)}…` : line}" is nearly a request, and would be a comment without effect. ` +
    `Write ${request(symbol.toUpperCase(), 'n')}${where}. Where this is only a comment, say it in other words`
  );
}

/** Files of other kinds, by a line that only they have. */
const OTHER_KINDS: readonly (readonly [RegExp, string])[] = [
  [
    /^(?:kconf\s+\w+\s+\S+\.cfg|define\s+KFEATURE_|include\s+\S+\.scc|patch\s+\S+\.patch)\b/,
    "a feature description of Yocto's (.scc). Name the .cfg files that it lists",
  ],
  [
    /^(?:diff --git |--- a\/|\+\+\+ b\/|@@ -\d)/,
    'a patch. Apply it to the fragment, or name it in "patches" if it is for the source',
  ],
  [
    /^(?:ifn?eq\b|ifn?def\b|endif\b|obj-[ym$]|\.PHONY|[\w.-]+\s*:(?!=)\s*\S*$)/,
    'a Makefile. A fragment has assignments only, one on each line',
  ],
  [
    /^(?:config|menuconfig|menu|choice|source|mainmenu)\s+["\w]/,
    'a Kconfig file, which declares symbols. A fragment gives them values',
  ],
  [/^(?:\/dts-v1\/|\/plugin\/|\/\s*\{|&\w+\s*\{)/, 'a device tree source'],
  [/^(?:#include\s*[<"]|int\s+\w+\(|static\s+\w+)/, 'a C source'],
  [/^#!\s*\//, 'a script'],
  [/^\s*[{[]\s*$/, 'JSON'],
];

/** The kind of a file that was taken for a fragment, with what to do; undefined where nothing tells. */
export function otherKind(lines: readonly string[]): string | undefined {
  for (const line of lines) {
    const found = OTHER_KINDS.find(([pattern]) => pattern.test(line));
    if (found) return found[1];
  }
  return undefined;
}
