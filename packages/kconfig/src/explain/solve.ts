import {
  type Default,
  type Expression,
  type KconfigSymbol,
  type Prompt,
  type Relation,
  type ReverseDependency,
  type Tristate,
} from '../language/index.js';
import { type Assignments, best, both, NOTHING, WIDTH } from './assignments.js';
import { demandOf, type Facts, formatted, isTristate } from './facts.js';

const DEPTH = 10;
/** How many selects, prompts or defaults of one symbol are tried. */
const TRIES = 4;
const OPPOSITE: Readonly<Record<Relation, Relation>> = {
  '=': '!=',
  '!=': '=',
  '<': '>=',
  '>=': '<',
  '>': '<=',
  '<=': '>',
};
const LETTERS = ['n', 'm', 'y'] as const;

/**
 * Proposes assignments that could bring an expression or symbol to a value: by walking conditions from what they are
 * towards what they need to be. Proposals, cheapest first; only an evaluation tells whether one works.
 */
export class Solver {
  private readonly path = new Set<KconfigSymbol>();

  private readonly hasModules: boolean;

  /**
   * @param fixed values that must stay as requested
   * @param enough what to set a tristate to where either m or y will do
   */
  constructor(
    private readonly facts: Facts,
    private readonly fixed: Assignments,
    private readonly enough: 'm' | 'y',
  ) {
    this.hasModules = facts.values.valueOf(facts.tree.modules) !== 'n';
  }

  /** Ways to give a symbol exactly this value. */
  reach(symbol: KconfigSymbol, value: string): readonly Assignments[] {
    if (!isTristate(symbol)) return this.setText(symbol, value);
    const wanted = value === 'y' ? 2 : value === 'm' ? 1 : 0;
    const has = LETTERS.indexOf(this.facts.values.valueOf(symbol) as 'n');
    if (value === 'm' && symbol.type === 'tristate' && !this.hasModules) {
      // With modules the request itself counts for what it says, if it may be set at all.
      const ways = has === 0 ? this.raise(symbol, 1) : NOTHING;
      return both(this.raise(this.facts.tree.modules, 2), () => ways);
    }
    return has < wanted ? this.raise(symbol, wanted) : has > wanted ? this.lower(symbol, wanted) : NOTHING;
  }

  /** Ways to make an expression at least this. */
  atLeast(expression: Expression | undefined, least: Tristate): readonly Assignments[] {
    if (!expression || this.facts.values.test(expression) >= least) return NOTHING;
    switch (expression.kind) {
      case 'symbol':
        return this.raise(expression.symbol, least);
      case 'not':
        return this.atMost(expression.operand, (2 - least) as Tristate);
      case 'relation':
        return this.relate(expression.left, expression.relation, expression.right);
      case 'and':
        return both(this.atLeast(expression.left, least), () => this.atLeast(expression.right, least));
      case 'or':
        return best([...this.atLeast(expression.left, least), ...this.atLeast(expression.right, least)]);
    }
  }

  /** Ways to make an expression at most this. */
  atMost(expression: Expression | undefined, most: Tristate): readonly Assignments[] {
    if (this.facts.values.test(expression) <= most) return NOTHING;
    if (!expression) return [];
    switch (expression.kind) {
      case 'symbol':
        return this.lower(expression.symbol, most);
      case 'not':
        return this.atLeast(expression.operand, (2 - most) as Tristate);
      case 'relation':
        return this.relate(expression.left, OPPOSITE[expression.relation], expression.right);
      case 'or':
        return both(this.atMost(expression.left, most), () => this.atMost(expression.right, most));
      case 'and':
        return best([...this.atMost(expression.left, most), ...this.atMost(expression.right, most)]);
    }
  }

  private raise(symbol: KconfigSymbol, least: Tristate): readonly Assignments[] {
    return this.guarded(symbol, () => {
      const direct = symbol.prompts.slice(0, TRIES).flatMap((prompt) => this.byPrompt(symbol, prompt, least));
      if (symbol.isChoice || direct.length >= WIDTH) return best(direct);
      const indirect = symbol.prompts.length === 0 || direct.length === 0;
      if (!indirect) return best(direct);
      const selects = this.nearestFirst(symbol.selectedBy).flatMap((select) => this.bySelect(select, least));
      const defaults = symbol.defaults.slice(0, TRIES).flatMap((one) => this.byDefault(one, least));
      return best([...direct, ...selects, ...defaults]);
    });
  }

  private byPrompt(symbol: KconfigSymbol, { condition }: Prompt, least: Tristate): readonly Assignments[] {
    // A bool whose dependencies come to m can be y all the same.
    const needed = symbol.type === 'bool' ? 1 : least;
    const ways = this.atLeast(condition, needed);
    // A choice that is needed is on as soon as it is visible.
    if (symbol.isChoice) return ways;
    const requested = this.fixed.get(symbol.name);
    const value = symbol.type === 'bool' || least === 2 ? 'y' : (requested ?? this.enough);
    return value === 'n' ? [] : this.assigning(ways, symbol, value);
  }

  private bySelect({ symbol, condition }: ReverseDependency, least: Tristate): readonly Assignments[] {
    return both(this.atLeast({ kind: 'symbol', symbol }, least), () => this.atLeast(condition, least));
  }

  private byDefault({ value, condition }: Default, least: Tristate): readonly Assignments[] {
    return both(this.atLeast(condition, least), () => this.atLeast(value, least));
  }

  private lower(symbol: KconfigSymbol, most: Tristate): readonly Assignments[] {
    const { values } = this.facts;
    return this.guarded(symbol, () => {
      const { choice } = symbol;
      if (choice && values.chosenOf(choice) === symbol) {
        const others = choice.members.filter(
          (member) => member !== symbol && values.visibilityOf(member) > 0,
        );
        return best(others.flatMap((member) => this.assigning(NOTHING, member, 'y')));
      }
      const active = symbol.selectedBy.filter((select) => demandOf(this.facts, select) > most);
      const released = active.reduce<readonly Assignments[]>(
        (ways, select) => both(ways, () => this.release(select, most)),
        NOTHING,
      );
      if (values.visibilityOf(symbol) > 0) return this.assigning(released, symbol, LETTERS[most]);
      const inForce = values.defaultOf(symbol);
      if (!inForce || values.test(inForce.value) <= most) return released;
      return both(released, () =>
        best([...this.atMost(inForce.condition, most), ...this.atMost(inForce.value, most)]),
      );
    });
  }

  private release({ symbol, condition }: ReverseDependency, most: Tristate): readonly Assignments[] {
    return best([...this.atMost({ kind: 'symbol', symbol }, most), ...this.atMost(condition, most)]);
  }

  private relate(left: KconfigSymbol, relation: Relation, right: KconfigSymbol): readonly Assignments[] {
    const { values } = this.facts;
    if (left.entries.length === 0) return [];
    const text = values.valueOf(right);
    if (isTristate(left)) {
      const possible = ([2, 1, 0] as const).filter((value) => holds(value, relation, 'nmy'.indexOf(text)));
      return best(possible.flatMap((value) => this.reach(left, LETTERS[value])));
    }
    if (relation === '=') return this.setText(left, formatted(this.facts, left, text));
    if (left.type === 'string' || !/^-?\d+$/.test(text)) return [];
    const step = relation === '<' ? -1 : relation === '>' || relation === '!=' ? 1 : 0;
    return this.setText(left, String(Number(text) + step));
  }

  private setText(symbol: KconfigSymbol, value: string): readonly Assignments[] {
    return this.guarded(symbol, () =>
      best(
        symbol.prompts
          .slice(0, TRIES)
          .flatMap(({ condition }) => this.assigning(this.atLeast(condition, 1), symbol, value)),
      ),
    );
  }

  /** Adds an assignment to each way, unless it would go against what is fixed or against the way itself. */
  private assigning(
    ways: readonly Assignments[],
    symbol: KconfigSymbol,
    value: string,
  ): readonly Assignments[] {
    const { name } = symbol;
    if ((this.fixed.get(name) ?? value) !== value) return [];
    return ways.flatMap((way) => ((way.get(name) ?? value) === value ? [new Map(way).set(name, value)] : []));
  }

  /** Those within reach before those that take more. */
  private nearestFirst(selects: readonly ReverseDependency[]): readonly ReverseDependency[] {
    const { values } = this.facts;
    const rank = ({ symbol, condition }: ReverseDependency) =>
      (values.visibilityOf(symbol) > 0 ? 0 : 2) + (values.test(condition) > 0 ? 0 : 1);
    return [...selects].sort((a, b) => rank(a) - rank(b)).slice(0, TRIES);
  }

  /** Stops at cycles, at constants and where the way gets too long. */
  private guarded(symbol: KconfigSymbol, ways: () => readonly Assignments[]): readonly Assignments[] {
    if (symbol.constant || this.path.has(symbol) || this.path.size >= DEPTH) return [];
    this.path.add(symbol);
    try {
      return ways();
    } finally {
      this.path.delete(symbol);
    }
  }
}

function holds(value: number, relation: Relation, other: number): boolean {
  switch (relation) {
    case '=':
      return value === other;
    case '!=':
      return value !== other;
    case '<':
      return value < other;
    case '<=':
      return value <= other;
    case '>':
      return value > other;
    case '>=':
      return value >= other;
  }
}
