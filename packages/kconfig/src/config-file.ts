import { UserError } from '@bringup/process';

/**
 * One line of a fragment or `.config` that asks for a value.
 * `value` is as written: `y`, `m`, `n`, a number, `0x…`, or a string with its quotes.
 */
export interface ConfigRequest {
  /** Without the `CONFIG_` prefix. */
  readonly symbol: string;
  readonly value: string;
  /** Where it stands, as it is shown to the user. */
  readonly file: string;
  readonly line: number;
  /** The reason given in a `# optional: reason` line right above: the request may be lost. */
  readonly optional?: string;
}

// conf_read_simple() of scripts/kconfig/confdata.c knows these two forms of a line and comments.
const ASSIGNMENT = /^CONFIG_(\w+)=(.*)$/;
const NOT_SET = /^# CONFIG_(\w+) is not set\s*$/;
const OPTIONAL = /^#\s*optional:\s*(.*\S)\s*$/;
const VALUE = /^(?:[ymn]|-?\d+|0[xX][0-9a-fA-F]+|"(?:[^"\\]|\\.)*")$/;

/**
 * Reads a fragment or a whole `.config`.
 *
 * @param text the file's content
 * @param file its name, for messages
 * @throws UserError `FRAGMENT_SYNTAX` with file:line for anything that is neither a request nor a comment
 */
export function parseConfig(text: string, file: string): ConfigRequest[] {
  const requests: ConfigRequest[] = [];
  let optional: string | undefined;
  text.split('\n').forEach((raw, index) => {
    const line = index + 1;
    const content = raw.replace(/\r$/, '').trimEnd();
    const request = parseLine(content, file, line);
    if (request) {
      requests.push(optional === undefined ? request : { ...request, optional });
      optional = undefined;
    } else {
      optional = OPTIONAL.exec(content)?.[1];
    }
  });
  return requests;
}

function parseLine(content: string, file: string, line: number): ConfigRequest | undefined {
  const notSet = NOT_SET.exec(content);
  if (notSet) return { symbol: notSet[1]!, value: 'n', file, line };
  if (content === '' || content.startsWith('#')) return undefined;
  const assignment = ASSIGNMENT.exec(content);
  if (assignment && VALUE.test(assignment[2]!))
    return { symbol: assignment[1]!, value: assignment[2]!, file, line };
  throw new UserError(
    'FRAGMENT_SYNTAX',
    `${file}:${line}: not a Kconfig line: ${content}\n` +
      'Write CONFIG_NAME=y, =m, =n, =123, =0x1f or ="text", or "# CONFIG_NAME is not set"; comments start with #.',
    { file, line, content },
  );
}

/** The values of a resolved `.config`, by symbol without prefix. What is not in it is not set. */
export type ConfigValues = ReadonlyMap<string, string>;

/** The values of a list of requests, the last one for a symbol winning, as `conf` has it. */
export function configValues(requests: readonly ConfigRequest[]): ConfigValues {
  return new Map(requests.map(({ symbol, value }) => [symbol, value]));
}

/** One request as the line `conf` writes and reads. */
export function formatRequest(symbol: string, value: string): string {
  return value === 'n' ? `# CONFIG_${symbol} is not set` : `CONFIG_${symbol}=${value}`;
}
