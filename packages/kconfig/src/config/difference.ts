import { formatRequest, type ConfigValues } from './config-file.js';

/** A symbol whose value differs between two configurations; undefined where one does not have it at all. */
interface ConfigDifference {
  readonly symbol: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** The differences between two resolved configurations, by symbol in alphabetical order. */
export function diffConfigs(before: ConfigValues, after: ConfigValues): ConfigDifference[] {
  const symbols = [...new Set([...before.keys(), ...after.keys()])].sort();
  return symbols
    .map((symbol) => ({ symbol, before: before.get(symbol), after: after.get(symbol) }))
    .filter((entry) => entry.before !== entry.after);
}

/** One difference the way the kernel's scripts/diffconfig prints it: `-NAME y`, `+NAME y`, ` NAME y -> n`. */
export function formatDifference({ symbol, before, after }: ConfigDifference): string {
  if (before === undefined) return `+${symbol} ${after}`;
  if (after === undefined) return `-${symbol} ${before}`;
  return ` ${symbol} ${before} -> ${after}`;
}

/** The requests that turn `before` into `after`, as fragment lines; a symbol that is gone needs none. */
export function differenceAsFragment(differences: readonly ConfigDifference[]): string[] {
  return differences
    .filter((entry) => entry.after !== undefined)
    .map(({ symbol, after }) => formatRequest(symbol, after!));
}
