import { type ConfigRequest, formatRequest } from '../config/config-file.js';
import type { Evaluation, KconfigTree } from '../language/index.js';
import { probe } from '../language/evaluate.js';
import type { Assignments } from './assignments.js';
import { isTristate, valueOf } from './facts.js';
import { Solver } from './solve.js';

/** Lines that make a request stick, or why there are none. */
type Fix =
  | {
      readonly kind: 'fix';
      /** In the notation of a fragment, the symbols that others need first; without the request itself. */
      readonly lines: readonly string[];
      readonly assignments: Assignments;
    }
  | { readonly kind: 'none'; readonly reason: string };

/** How many proposals are evaluated before giving up. */
const MAX_PROPOSALS = 16;

/**
 * The fewest lines found that would satisfy a request beside all the others, each proposal evaluated with
 * {@link probe}; the tree's own conf has the last word.
 *
 * @param values the evaluation of the whole merged configuration, the request among its lines
 * @param requests the lines that must keep what they have; those that are lost already may stay so
 */
export function suggestFix(
  tree: KconfigTree,
  values: Evaluation,
  request: ConfigRequest,
  requests: readonly ConfigRequest[] = [],
): Fix {
  const symbol = tree.byName.get(request.symbol);
  if (!symbol) return none(`no symbol ${request.symbol} in this tree`);
  const fixed = new Map(requests.map((one) => [one.symbol, one.value]));
  if ((fixed.get(request.symbol) ?? request.value) !== request.value)
    return none(`another line asks for CONFIG_${request.symbol}=${fixed.get(request.symbol)}`);
  fixed.set(request.symbol, request.value);
  const proposals = new Solver({ tree, values }, fixed, request.value === 'm' ? 'm' : 'y').reach(
    symbol,
    request.value,
  );
  const trial = new Trial(tree, values, request, requests);
  for (const proposal of proposals.slice(0, MAX_PROPOSALS)) {
    const own = new Map([...proposal].filter(([name]) => name !== request.symbol));
    const settled = trial.settle(own);
    if (settled) return fixOf(trial.reduce(settled));
  }
  const why =
    proposals.length === 0
      ? 'nothing that the user can set leads there'
      : 'what would lead there has other effects';
  return none(`no lines found that give CONFIG_${request.symbol} the value ${request.value}: ${why}`);
}

/** Tries proposals on top of the present configuration. */
class Trial {
  private readonly kept: readonly ConfigRequest[];

  constructor(
    private readonly tree: KconfigTree,
    private readonly values: Evaluation,
    private readonly request: ConfigRequest,
    requests: readonly ConfigRequest[],
  ) {
    this.kept = requests.filter((one) => one.symbol !== request.symbol && this.holds(values, one));
  }

  /** The proposal if it works, perhaps with `m` where `y` is out of reach and `m` will do. */
  settle(proposal: Assignments): Assignments | undefined {
    const result = this.run(proposal);
    if (this.accepts(result, proposal)) return proposal;
    const lowered = new Map(proposal);
    for (const [name, value] of proposal)
      if (value === 'y' && result.valueOf(this.tree.byName.get(name)!) === 'm') lowered.set(name, 'm');
    return this.accepts(this.run(lowered), lowered) ? lowered : undefined;
  }

  /** Leaves out what is not needed after all. */
  reduce(proposal: Assignments): Assignments {
    const needed = new Map(proposal);
    for (const [name, value] of proposal) {
      needed.delete(name);
      if (!this.accepts(this.run(needed), needed)) needed.set(name, value);
    }
    return needed;
  }

  private run(proposal: Assignments): Evaluation {
    const lines = new Map(this.values.requested);
    for (const [name, value] of [...proposal, [this.request.symbol, this.request.value] as const]) {
      lines.delete(name); // The last line counts for a choice: the request's own.
      lines.set(name, value);
    }
    return probe(this.tree, lines);
  }

  /** Whether the request, all that was kept before and the proposal's own lines stick. */
  private accepts(result: Evaluation, proposal: Assignments): boolean {
    return (
      this.holds(result, this.request) &&
      [...proposal].every(([symbol, value]) => this.holds(result, { symbol, value })) &&
      this.kept.every((one) => this.holds(result, one))
    );
  }

  private holds(
    values: Evaluation,
    { symbol: name, value }: Pick<ConfigRequest, 'symbol' | 'value'>,
  ): boolean {
    const symbol = this.tree.byName.get(name);
    if (!symbol) return value === 'n';
    if (value === 'n' && (isTristate(symbol) || !values.isWritten(symbol)))
      return !values.isWritten(symbol) || values.valueOf(symbol) === 'n';
    return values.isWritten(symbol) && valueOf({ tree: this.tree, values }, symbol) === value;
  }
}

function fixOf(assignments: Assignments): Fix {
  return {
    kind: 'fix',
    lines: [...assignments].map(([name, value]) => formatRequest(name, value)),
    assignments,
  };
}

function none(reason: string): Fix {
  return { kind: 'none', reason };
}
