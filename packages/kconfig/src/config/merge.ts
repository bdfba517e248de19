import { formatRequest, type ConfigRequest } from './config-file.js';

/** A request that a later one replaced. */
export interface Override {
  readonly loser: ConfigRequest;
  readonly winner: ConfigRequest;
}

/** The requests that go to `conf`, and the overrides among them. */
interface MergePlan {
  /** The winning request for each symbol, in the order of the last mentions: of two members of a choice, conf takes the later one. */
  readonly requests: readonly ConfigRequest[];
  /** Requests whose value a later one changed. The same value again is not an override. */
  readonly overrides: readonly Override[];
}

/** Merges requests in order, later ones winning, as `scripts/kconfig/merge_config.sh -m` does. */
export function planMerge(requests: readonly ConfigRequest[]): MergePlan {
  const winners = new Map<string, ConfigRequest>();
  const overrides: Override[] = [];
  for (const request of requests) {
    const loser = winners.get(request.symbol);
    if (loser && loser.value !== request.value) overrides.push({ loser, winner: request });
    winners.delete(request.symbol);
    winners.set(request.symbol, request);
  }
  return { requests: [...winners.values()], overrides };
}

/** One line for an override: which request counts, and which one it replaced. */
export function describeOverride({ loser, winner }: Override): string {
  const [later, earlier] = [winner, loser].map(
    ({ file, line, symbol, value }) => `${file}:${line}: CONFIG_${symbol}=${value}`,
  );
  return `${later} replaces ${earlier}`;
}

/**
 * The text of a `.config` to be resolved by `olddefconfig`: the base with the requests in the place of its
 * own lines for these symbols.
 */
export function formatMerged(base: readonly ConfigRequest[], requests: readonly ConfigRequest[]): string {
  const asked = new Set(requests.map(({ symbol }) => symbol));
  const kept = base.filter(({ symbol }) => !asked.has(symbol));
  return [...kept, ...requests].map(({ symbol, value }) => `${formatRequest(symbol, value)}\n`).join('');
}
