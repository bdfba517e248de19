import { nearNames, UserError } from '@bringup/process';
import type { ConfigRequest } from '../config/config-file.js';
import { type Evaluation, formatTristate, type KconfigSymbol, type KconfigTree } from '../language/index.js';
import {
  activeLinks,
  atValue,
  choiceName,
  conditionOf,
  type Facts,
  isTristate,
  spell,
  tristateOf,
  valueOf,
} from './facts.js';
import type { Origin, SymbolExplanation } from './reasons.js';

/**
 * The definition of a symbol, its value and the reasons for it.
 *
 * @param name without the prefix
 * @param requests the lines that made the configuration, later ones winning, for places
 * @throws UserError `KCONFIG_UNKNOWN_SYMBOL` with the closest matches
 */
export function explainSymbol(
  tree: KconfigTree,
  values: Evaluation,
  name: string,
  requests: readonly ConfigRequest[] = [],
): SymbolExplanation {
  const symbol = tree.byName.get(name);
  if (!symbol) {
    const nearest = nearNames(name, tree.byName.keys());
    const hint = nearest.length > 0 ? `; closest matches: ${nearest.join(', ')}` : '';
    throw new UserError('KCONFIG_UNKNOWN_SYMBOL', `no symbol ${name} in this tree${hint}`, { name, nearest });
  }
  const facts = { tree, values };
  const { choice } = symbol;
  return {
    ...atValue(facts, symbol),
    type: symbol.type,
    written: values.isWritten(symbol),
    visibility: formatTristate(values.visibilityOf(symbol)),
    origin: originOf(facts, symbol, requests),
    definitions: symbol.entries.map((entry) => ({
      place: entry.place,
      prompt: entry.prompt?.text,
      dependsOn: conditionOf(facts, entry.dependency),
    })),
    range: rangeOf(facts, symbol),
    choice: choice && {
      prompt: choiceName(choice),
      members: choice.members.map((member) => atValue(facts, member)),
    },
    selectedBy: activeLinks(facts, symbol.selectedBy),
    impliedBy: activeLinks(facts, symbol.impliedBy),
    selects: symbol.selects
      .filter(({ condition }) => Number(values.test(condition)) > 0 && values.valueOf(symbol) !== 'n')
      .map(({ target }) => atValue(facts, target)),
    help: symbol.entries.map(({ help }) => help).find((help) => help),
  };
}

/** The active range, with its limits evaluated. */
export function rangeOf(facts: Facts, symbol: KconfigSymbol) {
  const range = facts.values.rangeOf(symbol);
  if (!range) return undefined;
  const { low, high, place } = range;
  return { low: facts.values.valueOf(low), high: facts.values.valueOf(high), place };
}

function originOf(facts: Facts, symbol: KconfigSymbol, requests: readonly ConfigRequest[]): Origin {
  const { values } = facts;
  const { choice } = symbol;
  if (choice && values.visibilityOf(symbol) === 2 && values.chosenOf(choice)) {
    const request = placeOfRequest(facts, symbol, requests);
    if (request) return request;
    return { kind: 'choice', choice: choiceName(choice), chosen: values.chosenOf(choice)?.name };
  }
  const by = activeLinks(facts, symbol.selectedBy);
  const demanded = values.selectedOf(symbol);
  if (by.length > 0 && tristateOf(values.valueOf(symbol)) === demanded) return { kind: 'selected', by };
  return (
    (values.visibilityOf(symbol) > 0 ? placeOfRequest(facts, symbol, requests) : undefined) ??
    defaultOrigin(facts, symbol)
  );
}

/** A request for the value that the symbol has. */
function placeOfRequest(
  facts: Facts,
  symbol: KconfigSymbol,
  requests: readonly ConfigRequest[],
): Origin | undefined {
  const value = valueOf(facts, symbol);
  if (facts.values.requested.get(symbol.name) !== value) return undefined;
  const request = requests.findLast((one) => one.symbol === symbol.name && one.value === value);
  return { kind: 'request', place: request && { file: request.file, line: request.line } };
}

function defaultOrigin(facts: Facts, symbol: KconfigSymbol): Origin {
  const { values } = facts;
  const inForce = values.defaultOf(symbol);
  const implied = activeLinks(facts, symbol.impliedBy);
  const fromDefault = inForce && (isTristate(symbol) ? Number(values.test(inForce.value)) : 1);
  if (implied.length > 0 && !fromDefault && values.valueOf(symbol) !== 'n')
    return { kind: 'implied', by: implied };
  const range = rangeOf(facts, symbol);
  const own = inForce?.value.kind === 'symbol' ? values.valueOf(inForce.value.symbol) : '';
  if (range && !values.isWithinRange(symbol, own)) return { kind: 'range', ...range };
  if (inForce) return { kind: 'default', place: inForce.place, expression: spell(inForce.value) };
  return { kind: 'none' };
}
