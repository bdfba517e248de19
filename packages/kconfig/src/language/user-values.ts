import type { Dialect } from './dialect.js';
import type { KconfigSymbol, KconfigTree, Tristate } from './model.js';
import { isValidText } from './numbers.js';

/** The values that the lines of a `.config` ask for: conf_read_simple() of confdata.c. */
export interface UserValues {
  /** By symbol id. */
  readonly tristates: ReadonlyMap<number, Tristate>;
  readonly texts: ReadonlyMap<number, string>;
  /** By id of the choice: the member that a line sets to `y`. */
  readonly chosen: ReadonlyMap<number, KconfigSymbol>;
  /** Members by priority, for each choice that a line speaks of: later lines first. */
  readonly priority: ReadonlyMap<number, readonly KconfigSymbol[]>;
}

/** Symbol and value as `.config` writes it, in the order of its lines. */
export type ValueLines = Iterable<readonly [symbol: string, value: string]>;

/** Reads the lines of a `.config`. As in conf, values of the wrong type and symbols that the tree does not have are ignored. */
export function readUserValues(tree: KconfigTree, lines: ValueLines): UserValues {
  const reader = new Reader(tree.dialect);
  for (const [name, value] of lines) {
    const symbol = tree.byName.get(name);
    if (symbol) reader.read(symbol, value);
  }
  reader.finish();
  return reader;
}

class Reader implements UserValues {
  readonly tristates = new Map<number, Tristate>();
  readonly texts = new Map<number, string>();
  readonly chosen = new Map<number, KconfigSymbol>();
  readonly priority = new Map<number, KconfigSymbol[]>();

  private readonly inconsistent = new Set<number>();
  /** Whether of several lines for a symbol, or for members of a choice, the first counts. */
  private readonly firstWins: boolean;

  constructor(private readonly dialect: Dialect) {
    this.firstWins = dialect.choices === 'first';
  }

  read(symbol: KconfigSymbol, value: string): void {
    if (this.firstWins && (this.tristates.has(symbol.id) || this.texts.has(symbol.id))) return;
    if (symbol.type === 'bool' || symbol.type === 'tristate') {
      const tristate = readTristate(symbol, value);
      if (tristate === undefined) return;
      this.tristates.set(symbol.id, tristate);
      if (symbol.choice) this.readMember(symbol.choice, symbol, tristate);
      return;
    }
    const text = symbol.type === 'string' ? unquote(value, this.dialect) : value;
    if (text !== undefined && symbol.type !== 'unknown' && isValidText(symbol.type, text))
      this.texts.set(symbol.id, text);
  }

  private readMember(choice: KconfigSymbol, member: KconfigSymbol, value: Tristate): void {
    const before = this.priority.get(choice.id) ?? choice.members;
    this.priority.set(choice.id, [member, ...before.filter((other) => other !== member)]);
    const mode = this.tristates.get(choice.id) ?? 0;
    // "creates inconsistent choice state": what the lines say of the choice itself is forgotten.
    if (mode === 2 && (value === 1 || (value === 2 && this.firstWins))) this.inconsistent.add(choice.id);
    if (value === 2 && !(this.firstWins && mode !== 0)) this.chosen.set(choice.id, member);
    this.tristates.set(choice.id, Math.max(value, mode) as Tristate);
  }

  finish(): void {
    for (const choice of this.inconsistent) this.tristates.delete(choice);
  }
}

function readTristate(symbol: KconfigSymbol, value: string): Tristate | undefined {
  if (value.startsWith('y')) return 2;
  if (value.startsWith('n')) return 0;
  return value.startsWith('m') && symbol.type === 'tristate' ? 1 : undefined;
}

/** The text between the quotes; a backslash makes the next character a plain one. */
function unquote(value: string, { strings }: Dialect): string | undefined {
  if (strings === 'raw') return /^"(.*)"$/s.exec(value)?.[1];
  const quoted = /^"((?:[^"\\]|\\.)*)"/s.exec(value);
  return quoted?.[1]!.replace(/\\(.)/gs, '$1');
}
