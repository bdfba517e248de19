import type { ConfigRequest, ConfigValues } from './config-file.js';

/** A request that the resolved configuration does not have. */
export interface LostRequest {
  readonly request: ConfigRequest;
  /** The value it has instead; `n` also when the symbol is nowhere to be seen. */
  readonly got: string;
}

/** What became of the requests: lost ones fail a configuration, accepted ones (`# optional:`) are listed. */
export interface CheckResult {
  readonly lost: readonly LostRequest[];
  readonly accepted: readonly LostRequest[];
}

/** Compares every request with the resolved `.config`; a symbol that is absent there counts as `n`. */
export function checkRequests(requests: readonly ConfigRequest[], resolved: ConfigValues): CheckResult {
  const missed = requests
    .map((request) => ({ request, got: resolved.get(request.symbol) ?? 'n' }))
    .filter(({ request, got }) => got !== request.value);
  return {
    lost: missed.filter(({ request }) => request.optional === undefined),
    accepted: missed.filter(({ request }) => request.optional !== undefined),
  };
}

/** One line for a lost request: where, wanted, got. */
export function describeLost({ request, got }: LostRequest): string {
  const reason = request.optional === undefined ? '' : ` (optional: ${request.optional})`;
  return `${request.file}:${request.line}: CONFIG_${request.symbol}: wanted ${request.value}, got ${got}${reason}`;
}
