import type { Dialect } from './dialect.js';
import type { Default, Expression, KconfigSymbol, KconfigTree, MenuEntry, Range, Tristate } from './model.js';
import { SymbolValues } from './symbol-values.js';
import { readUserValues, type ValueLines } from './user-values.js';

/** The values that `conf --olddefconfig` computes from a `.config`, and the reasons for them. */
export interface Evaluation {
  /** The `.config` it writes: values in its notation (strings quoted), `n` for "is not set", in the order of the menu. */
  readonly values: ReadonlyMap<string, string>;
  /** The requested values, by symbol: `y`, `m`, `n`, a number, a string in quotes. */
  readonly requested: ReadonlyMap<string, string>;
  /** A symbol's value whether it is written or not; a string without quotes. */
  valueOf(symbol: KconfigSymbol): string;
  /** Whether the symbol has a line in the `.config`. */
  isWritten(symbol: KconfigSymbol): boolean;
  /** How far the user can set it: not at all, up to `m`, freely. */
  visibilityOf(symbol: KconfigSymbol): Tristate;
  /** The value that its own dependencies allow. */
  dependencyOf(symbol: KconfigSymbol): Tristate;
  /** The least value that those selecting it (or a choice's need for a member) demand. */
  selectedOf(symbol: KconfigSymbol): Tristate;
  /** The value that those implying it propose. */
  impliedOf(symbol: KconfigSymbol): Tristate;
  /** `bool` for a tristate where modules are off. */
  typeOf(symbol: KconfigSymbol): KconfigSymbol['type'];
  /** The member that a choice has come to. */
  chosenOf(choice: KconfigSymbol): KconfigSymbol | undefined;
  /** The default, or range, that is in force. */
  defaultOf(symbol: KconfigSymbol): Default | undefined;
  rangeOf(symbol: KconfigSymbol): Range | undefined;
  /** Whether a number lies in the range in force. */
  isWithinRange(symbol: KconfigSymbol, text: string): boolean;
  test(expression: Expression | undefined): Tristate;
}

/**
 * Resolves user values the way the tree's own `conf --olddefconfig` does.
 *
 * @param lines symbols and values as a `.config` has them, in the order of its lines; a `Map` will do
 */
export function evaluate(tree: KconfigTree, lines: ValueLines): Evaluation {
  return evaluation(tree, [...lines], (resolved) => resolved.resolve());
}

/**
 * The same for a few symbols only: each is computed when it is asked for, which is much faster than a whole tree. Up to
 * Linux 6.10 a number that is out of range may come out as the limit instead of the default.
 */
export function probe(tree: KconfigTree, lines: ValueLines): Evaluation {
  return evaluation(tree, [...lines], (resolved) => resolved.start());
}

function evaluation(
  tree: KconfigTree,
  lines: readonly (readonly [string, string])[],
  begin: (resolved: SymbolValues) => void,
): Evaluation {
  const resolved = new SymbolValues(tree, readUserValues(tree, lines));
  begin(resolved);
  let values: Map<string, string> | undefined;
  const all = tree.dialect.writes === 'all';
  const at = (bytes: Uint8Array) => (symbol: KconfigSymbol) => {
    resolved.textOf(symbol);
    return bytes[symbol.id] as Tristate;
  };
  return {
    get values() {
      return (values ??= writtenValues(tree, resolved));
    },
    requested: new Map(lines),
    valueOf: (symbol) => resolved.textOf(symbol),
    isWritten: (symbol) => at(resolved.written)(symbol) === 1 || (all && symbol.entries.length > 0),
    visibilityOf: at(resolved.visible),
    dependencyOf: at(resolved.direct),
    selectedOf: at(resolved.reverse),
    impliedOf: at(resolved.implied),
    typeOf: (symbol) => resolved.typeOf(symbol),
    chosenOf: (choice) => {
      for (const symbol of [choice, ...choice.members]) resolved.textOf(symbol);
      return resolved.chosen[choice.id];
    },
    defaultOf: (symbol) => resolved.defaultOf(symbol),
    rangeOf: (symbol) => resolved.rangeOf(symbol),
    isWithinRange: (symbol, text) => resolved.isWithinRange(symbol, text),
    test: (expression) => resolved.test(expression),
  };
}

/** A value in the notation of `.config`. */
export function formatValue({ type }: KconfigSymbol, text: string, { strings }: Dialect): string {
  if (type !== 'string') return text;
  return `"${strings === 'raw' ? text : text.replace(/["\\]/g, '\\$&')}"`;
}

function writtenValues(tree: KconfigTree, resolved: SymbolValues): Map<string, string> {
  const values = new Map<string, string>();
  const all = tree.dialect.writes === 'all';
  const visit = (entry: MenuEntry): void => {
    const { symbol } = entry;
    const text = symbol ? resolved.textOf(symbol) : '';
    if (symbol && !symbol.isChoice && symbol.type !== 'unknown' && (all || resolved.written[symbol.id])) {
      // "if (!str[0]) str = "0"" of BusyBox's conf_write().
      values.set(
        symbol.name,
        all && text === '' && symbol.type === 'int' ? '0' : formatValue(symbol, text, tree.dialect),
      );
    }
    entry.children.forEach(visit);
  };
  visit(tree.root);
  return values;
}
