import { formatRequest, type ConfigRequest, type ConfigValues } from './config-file.js';
import type { TreeVersion } from './directives.js';

/** A request that the resolved configuration does not have. */
export interface LostRequest {
  readonly request: ConfigRequest;
  /** The value it has instead; `n` also when the symbol is absent. */
  readonly got: string;
}

/** The outcome of the requests: lost ones fail a configuration, accepted ones (`# optional:`) are listed. */
interface CheckResult {
  readonly lost: readonly LostRequest[];
  readonly accepted: readonly LostRequest[];
  /** Requests that may be lost (`# optional:`) and are not. */
  readonly needlessOptional: readonly ConfigRequest[];
}

/** Compares every request with the resolved `.config`; a symbol that is absent there counts as `n`. */
export function checkRequests(requests: readonly ConfigRequest[], resolved: ConfigValues): CheckResult {
  const missed = requests
    .map((request) => ({ request, got: resolved.get(request.symbol) ?? 'n' }))
    .filter(({ request, got }) => got !== request.value);
  return {
    lost: missed.filter(({ request }) => request.optional === undefined),
    accepted: missed.filter(({ request }) => request.optional !== undefined),
    needlessOptional: requests.filter(
      ({ optional, symbol, value }) => optional !== undefined && (resolved.get(symbol) ?? 'n') === value,
    ),
  };
}

/** One line for a lost request: where, wanted, got. */
export function describeLost({ request, got }: LostRequest): string {
  const reason = request.optional === undefined ? '' : ` (optional: ${request.optional})`;
  return `${request.file}:${request.line}: CONFIG_${request.symbol}: wanted ${request.value}, got ${got}${reason}`;
}

/** One line for an `# optional:` that a request does not need. */
export function describeNeedless({ file, line, symbol, value, optional }: ConfigRequest): string {
  return `has no effect: "# optional: ${optional}" above ${file}:${line}, because CONFIG_${symbol}=${value} is not lost`;
}

/** How many symbols a line names before it only counts the others. */
const SHOWN = 20;

/** One line for the lines of a base file that the fragments changed by what they ask for. */
export function describeDisplaced(displaced: readonly [LostRequest, ...LostRequest[]]): string {
  const names = displaced.slice(0, SHOWN).map(({ request, got }) => `${request.symbol}=${got}`);
  const more = displaced.length > SHOWN ? ` and ${displaced.length - SHOWN} more` : '';
  return `the fragments change other lines of ${displaced[0].request.file} too: ${names.join(', ')}${more}`;
}

/**
 * One line for the requests that `# since:` or `# before:` leaves out, or undefined without any.
 *
 * @param version the tree's
 */
export function describeOtherVersions(
  requests: readonly ConfigRequest[],
  version: TreeVersion,
): string | undefined {
  if (requests.length === 0) return undefined;
  const shown = requests.slice(0, SHOWN).map(({ file, line, symbol, value, since, before }) => {
    const range = [since && `since ${since}`, before && `before ${before}`].filter(Boolean).join(' and ');
    return `${file}:${line}: ${formatRequest(symbol, value)} (${range})`;
  });
  const more = requests.length > SHOWN ? `; and ${requests.length - SHOWN} more` : '';
  return `left out in ${version}: ${shown.join('; ')}${more}`;
}
