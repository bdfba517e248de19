import {
  type Evaluation,
  type Expression,
  formatExpression,
  formatTristate,
  formatValue,
  type KconfigSymbol,
  type KconfigTree,
  type Prompt,
  type ReverseDependency,
  symbolsOf,
  type Tristate,
} from '../language/index.js';
import type { Condition, Link, SymbolAtValue } from './reasons.js';

/** A tree with one evaluation of it: what every explanation is about. */
export interface Facts {
  readonly tree: KconfigTree;
  readonly values: Evaluation;
}

const TRISTATE: Readonly<Record<string, Tristate>> = { n: 0, m: 1, y: 2 };

/** `n`, `m` or `y` as a number; undefined for anything else. */
export function tristateOf(value: string): Tristate | undefined {
  return Object.hasOwn(TRISTATE, value) ? TRISTATE[value] : undefined;
}

export function isTristate({ type }: KconfigSymbol): boolean {
  return type === 'bool' || type === 'tristate';
}

/** The symbol's value as `.config` writes it, whether it is written there or not. */
export function valueOf(facts: Facts, symbol: KconfigSymbol): string {
  return formatted(facts, symbol, facts.values.valueOf(symbol));
}

/** A text as `.config` writes it for a symbol. */
export function formatted({ tree }: Facts, symbol: KconfigSymbol, text: string): string {
  return formatValue(symbol, text, tree.dialect);
}

export function atValue(facts: Facts, symbol: KconfigSymbol): SymbolAtValue {
  return { symbol: symbol.isChoice ? choiceName(symbol) : symbol.name, value: valueOf(facts, symbol) };
}

/** A choice's name, or its prompt if it has no name. */
export function choiceName(choice: KconfigSymbol): string {
  return choice.name || (choice.prompts[0]?.text ?? 'choice');
}

/** How much a select (or imply) demands: the lesser of its symbol and its condition. */
export function demandOf({ values }: Facts, { symbol, condition }: ReverseDependency): Tristate {
  const value = tristateOf(values.valueOf(symbol)) ?? 0;
  const allowed = values.test(condition);
  return value < allowed ? value : allowed;
}

export function linkOf(facts: Facts, dependency: ReverseDependency): Link {
  return {
    ...atValue(facts, dependency.symbol),
    place: dependency.place,
    condition: spell(dependency.condition),
    demands: formatTristate(demandOf(facts, dependency)),
  };
}

/** Those that demand more than `above`. */
export function activeLinks(
  facts: Facts,
  dependencies: readonly ReverseDependency[],
  above: Tristate = 0,
): Link[] {
  return dependencies
    .filter((dependency) => demandOf(facts, dependency) > above)
    .map((dependency) => linkOf(facts, dependency));
}

/** The prompt that is the most visible, the first of equals. */
export function bestPrompt({ values }: Facts, { prompts }: KconfigSymbol): Prompt | undefined {
  return prompts.reduce<Prompt | undefined>(
    (best, prompt) => (best && values.test(best.condition) >= values.test(prompt.condition) ? best : prompt),
    undefined,
  );
}

/** An expression for people: a choice goes by its prompt. */
export function spell(expression: Expression | undefined): string {
  return formatExpression(expression, (symbol) =>
    symbol.isChoice ? `<${choiceName(symbol)}>` : formatExpression({ kind: 'symbol', symbol }),
  );
}

export function conditionOf(facts: Facts, expression: Expression | undefined): Condition | undefined {
  if (!expression) return undefined;
  // A number in a comparison is a symbol of that name to conf, as a constant is.
  const symbols = [...symbolsOf(expression)].filter(
    ({ name, constant, entries }) => entries.length > 0 || !(constant || /^(-?\d+|0x[\da-f]+)$/i.test(name)),
  );
  return {
    expression: spell(expression),
    value: formatTristate(facts.values.test(expression)),
    symbols: symbols.map((symbol) => atValue(facts, symbol)),
  };
}
