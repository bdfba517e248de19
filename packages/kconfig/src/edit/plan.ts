import { type ConfigRequest, type ConfigValues } from '../config/config-file.js';
import { evaluate, type Evaluation, type KconfigTree } from '../language/index.js';

/** The changes to make to one fragment. */
export interface FragmentEdit {
  /** Symbols whose line gets another value, or that get a line. */
  readonly set: ReadonlyMap<string, string>;
  /** Lines that have no effect any more, and had one before; the user is asked before they go. */
  readonly redundant: readonly ConfigRequest[];
  /** Symbols that no line of this fragment can give the wanted value, since later lines decide. */
  readonly outOfReach: readonly string[];
}

interface EditRequest {
  readonly tree: KconfigTree;
  /** The lines before the fragment's in the order of the merge: base and earlier fragments. */
  readonly before: readonly ConfigRequest[];
  /** The fragment's own lines. */
  readonly fragment: readonly ConfigRequest[];
  /** The lines of later fragments. */
  readonly after: readonly ConfigRequest[];
  /** The `.config` that is wanted. */
  readonly wanted: ConfigValues;
}

/** Each round may make more symbols visible. */
const MAX_ROUNDS = 10;

type Lines = ReadonlyMap<string, string>;

/** The smallest set of lines found that turns what base and other fragments give into the wanted configuration. */
export function planFragmentEdit(request: EditRequest): FragmentEdit {
  const { fragment, wanted } = request;
  const own = new Map(fragment.map(({ symbol, value }) => [symbol, value]));
  const corrected = correctOwn(own, wanted);
  const complete = addMissing(request, corrected);
  const needed = reduce(request, complete, (symbol) => !own.has(symbol));
  const kept = reduce(request, needed, (symbol) => own.has(symbol));
  return {
    set: new Map([...needed].filter(([symbol, value]) => own.get(symbol) !== value)),
    redundant: fragment.filter(
      ({ symbol }) => needed.has(symbol) && !kept.has(symbol) && hasEffect(request, own, symbol),
    ),
    outOfReach: differing(evaluateWith(request, needed), wanted),
  };
}

/** The fragment's lines with the values that are wanted now. A line for a symbol that is gone keeps its value. */
function correctOwn(own: Lines, wanted: ConfigValues): Map<string, string> {
  return new Map([...own].map(([symbol, value]) => [symbol, wanted.get(symbol) ?? value]));
}

/** Adds a line for each symbol that does not come out as wanted and can be set, until nothing more helps. */
function addMissing(request: EditRequest, lines: Lines): Map<string, string> {
  const all = new Map(lines);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const result = evaluateWith(request, all);
    const missing = differing(result, request.wanted).filter((name) => {
      const symbol = request.tree.byName.get(name);
      return (
        symbol !== undefined && result.visibilityOf(symbol) > 0 && all.get(name) !== wantedOf(request, name)
      );
    });
    if (missing.length === 0) return all;
    for (const name of missing) all.set(name, wantedOf(request, name));
  }
  return all;
}

/** Whether the configuration comes out otherwise without the line of a symbol. */
function hasEffect(request: EditRequest, lines: Lines, symbol: string): boolean {
  const without = new Map(lines);
  without.delete(symbol);
  return differing(evaluateWith(request, without), evaluateWith(request, lines).values).length > 0;
}

/** Leaves out, of the lines that may go, those without which the configuration comes out the same. */
function reduce(request: EditRequest, lines: Lines, mayGo: (symbol: string) => boolean): Map<string, string> {
  const needed = new Map(lines);
  const target = evaluateWith(request, needed).values;
  for (const [symbol, value] of lines) {
    if (!mayGo(symbol)) continue;
    needed.delete(symbol);
    if (differing(evaluateWith(request, needed), target).length > 0) needed.set(symbol, value);
  }
  return needed;
}

function evaluateWith({ tree, before, after }: EditRequest, own: Lines): Evaluation {
  const pair = ({ symbol, value }: ConfigRequest) => [symbol, value] as const;
  return evaluate(tree, [...before.map(pair), ...own, ...after.map(pair)]);
}

function wantedOf({ wanted }: EditRequest, symbol: string): string {
  return wanted.get(symbol) ?? 'n';
}

/** Symbols whose written value differs. */
function differing(result: Evaluation, wanted: ConfigValues): string[] {
  const names = new Set([...result.values.keys(), ...wanted.keys()]);
  return [...names].filter((name) => (result.values.get(name) ?? 'n') !== (wanted.get(name) ?? 'n'));
}
