import type { ConfigRequest } from '../config/config-file.js';
import { type Expression, formatOperand, type KconfigSymbol, type Tristate } from '../language/index.js';
import {
  activeLinks,
  atValue,
  bestPrompt,
  choiceName,
  type Facts,
  isTristate,
  linkOf,
  tristateOf,
} from './facts.js';
import type { Culprit, CulpritReason, Unmet } from './reasons.js';

/** How deep a chain of dependencies is followed. */
const MAX_DEPTH = 8;
/** How many that could select a symbol are named. */
const MAX_LINKS = 5;

/** Finds the symbols at fault for conditions that do not hold; one instance for one explanation. */
export class UnmetFinder {
  private readonly seen = new Set<KconfigSymbol>();
  private readonly requests = new Map<string, ConfigRequest>();

  constructor(
    private readonly facts: Facts,
    requests: readonly ConfigRequest[] = [],
  ) {
    for (const request of requests) this.requests.set(request.symbol, request);
  }

  /** The reason why an expression is below `least`; undefined if it is not. */
  below(expression: Expression | undefined, least: Tristate, depth = 0): Unmet | undefined {
    if (!expression || this.facts.values.test(expression) >= least) return undefined;
    switch (expression.kind) {
      case 'symbol':
        return this.symbolBelow(expression.symbol, least, depth);
      case 'not':
        return this.above(expression.operand, (2 - least) as Tristate, depth);
      case 'relation':
        return this.relation(expression, depth);
      default: {
        const parts = [this.below(expression.left, least, depth), this.below(expression.right, least, depth)];
        return combine(expression.kind === 'and' ? 'all' : 'any', parts);
      }
    }
  }

  /** The reason why an expression is above `most`; undefined if it is not. */
  above(expression: Expression | undefined, most: Tristate, depth = 0): Unmet | undefined {
    if (!expression || this.facts.values.test(expression) <= most) return undefined;
    switch (expression.kind) {
      case 'symbol':
        return this.symbolAbove(expression.symbol, most, depth);
      case 'not':
        return this.below(expression.operand, (2 - most) as Tristate, depth);
      case 'relation':
        return this.relation(expression, depth, 'not ');
      default: {
        const parts = [this.above(expression.left, most, depth), this.above(expression.right, most, depth)];
        return combine(expression.kind === 'and' ? 'any' : 'all', parts);
      }
    }
  }

  private symbolBelow(symbol: KconfigSymbol, least: Tristate, depth: number): Unmet {
    const wanted = least === 2 || this.facts.values.typeOf(symbol) !== 'tristate' ? 'y' : 'm or y';
    const prompt = symbol.isChoice ? bestPrompt(this.facts, symbol) : undefined;
    // A choice stands for its condition: "the mode of the choice [is] an upper bound on the visibility of the choice value".
    const inner = prompt && this.below(prompt.condition, least, depth);
    return inner ?? this.culprit(symbol, wanted, () => this.whyBelow(symbol, least, depth + 1));
  }

  private symbolAbove(symbol: KconfigSymbol, most: Tristate, depth: number): Unmet {
    return this.culprit(symbol, most === 0 ? 'n' : 'n or m', () => this.whyAbove(symbol, most, depth + 1));
  }

  private relation(expression: Expression & { kind: 'relation' }, depth: number, prefix = ''): Unmet {
    const { left, right, relation } = expression;
    if (isTristate(left) && right.constant && right.name === 'n' && (relation === '=' || relation === '!=')) {
      const unset = (relation === '=') === (prefix === '');
      return unset ? this.symbolAbove(left, 0, depth) : this.symbolBelow(left, 1, depth);
    }
    const symbol = left.entries.length > 0 || right.entries.length === 0 ? left : right;
    const other = symbol === left ? right : left;
    const wanted = `${prefix}${relation} ${formatOperand(other)}`;
    return this.culprit(symbol, wanted, () => {
      const prompt = bestPrompt(this.facts, symbol);
      const unmet = prompt && this.below(prompt.condition, 1, depth + 1);
      if (unmet) return { kind: 'unmet', unmet };
      return prompt ? this.settable(symbol) : this.withoutPrompt(symbol);
    });
  }

  private culprit(symbol: KconfigSymbol, wanted: string, why: () => CulpritReason): Unmet {
    const repeated = this.seen.has(symbol);
    this.seen.add(symbol);
    const undefinedHere = symbol.entries.length === 0 && !symbol.constant;
    const reason: CulpritReason = undefinedHere
      ? { kind: 'undefined' }
      : repeated
        ? { kind: 'repeated' }
        : why();
    const places = symbol.entries.map(({ place }) => place);
    const at = undefinedHere ? { symbol: symbol.name, value: 'n' } : atValue(this.facts, symbol);
    const culprit: Culprit = { ...at, wanted, places, why: reason };
    return { kind: 'symbol', culprit };
  }

  private whyBelow(symbol: KconfigSymbol, least: Tristate, depth: number): CulpritReason {
    if (symbol.constant || depth > MAX_DEPTH) return { kind: 'free' };
    const prompt = bestPrompt(this.facts, symbol);
    if (!prompt) return this.withoutPrompt(symbol, least, depth);
    const unmet = this.below(prompt.condition, symbol.type === 'bool' ? 1 : least, depth);
    if (unmet) return { kind: 'unmet', unmet };
    const chosen = symbol.choice && this.facts.values.chosenOf(symbol.choice);
    if (symbol.choice && chosen !== symbol)
      return { kind: 'choice', choice: choiceName(symbol.choice), chosen: chosen?.name };
    return this.settable(symbol);
  }

  private whyAbove(symbol: KconfigSymbol, most: Tristate, depth: number): CulpritReason {
    if (symbol.constant || depth > MAX_DEPTH) return { kind: 'free' };
    const by = activeLinks(this.facts, symbol.selectedBy, most);
    if (by.length > 0) return { kind: 'selected', by };
    if (symbol.choice) {
      const chosen = this.facts.values.chosenOf(symbol.choice);
      return { kind: 'choice', choice: choiceName(symbol.choice), chosen: chosen?.name };
    }
    if (this.facts.values.visibilityOf(symbol) > 0) return this.settable(symbol);
    const place = this.facts.values.defaultOf(symbol)?.place;
    return place ? { kind: 'default', place } : { kind: 'free' };
  }

  private settable(symbol: KconfigSymbol): CulpritReason {
    const request = this.requests.get(symbol.name);
    if (!request || request.value !== atValue(this.facts, symbol).value) return { kind: 'free' };
    return { kind: 'requested', request: { file: request.file, line: request.line } };
  }

  private withoutPrompt(symbol: KconfigSymbol, least: Tristate = 1, depth = MAX_DEPTH): CulpritReason {
    const links = selectableBy(this.facts, symbol);
    const first = depth < MAX_DEPTH ? symbol.defaults[0] : undefined;
    const unmet =
      first && (this.below(first.condition, least, depth) ?? this.below(first.value, least, depth));
    return unmet && links.length === 0
      ? { kind: 'unmet', unmet }
      : { kind: 'no-prompt', selectableBy: links };
  }
}

/** Those that could select a symbol: the ones within reach first. */
export function selectableBy(facts: Facts, symbol: KconfigSymbol) {
  const rank = ({ symbol: by, condition }: (typeof symbol.selectedBy)[number]) =>
    (facts.values.visibilityOf(by) > 0 ? 0 : 2) + (facts.values.test(condition) > 0 ? 0 : 1);
  return [...symbol.selectedBy]
    .sort((a, b) => rank(a) - rank(b))
    .slice(0, MAX_LINKS)
    .map((dependency) => linkOf(facts, dependency));
}

/** How much a value asks for: `y` of a bool is met by an `m` that a dependency leaves. */
export function leastFor(symbol: KconfigSymbol, value: string): Tristate {
  const wanted = tristateOf(value) ?? 1;
  return symbol.type === 'tristate' ? wanted : wanted === 0 ? 0 : 1;
}

function combine(kind: 'all' | 'any', parts: readonly (Unmet | undefined)[]): Unmet | undefined {
  const present = parts.flatMap((part) => (!part ? [] : part.kind === kind ? part.parts : [part]));
  const fresh = kind === 'all' ? present.filter((part) => !isRepeated(part)) : present;
  const told = fresh.length > 0 ? fresh : present.slice(0, 1);
  return told.length > 1 ? { kind, parts: told } : told[0];
}

function isRepeated(part: Unmet): boolean {
  return part.kind === 'symbol' && part.culprit.why.kind === 'repeated';
}
