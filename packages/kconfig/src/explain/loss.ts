import { nearNames } from '@bringup/process';
import { formatRequest, type ConfigRequest } from '../config/config-file.js';
import type { Evaluation, KconfigSymbol, KconfigTree, Prompt, Tristate } from '../language/index.js';
import {
  activeLinks,
  atValue,
  bestPrompt,
  choiceName,
  type Facts,
  isTristate,
  spell,
  tristateOf,
  valueOf,
} from './facts.js';
import type { Loss, LossReason } from './reasons.js';
import { rangeOf } from './symbol.js';
import { leastFor, selectableBy, UnmetFinder } from './unmet.js';

const VALID: Readonly<Record<string, RegExp>> = {
  bool: /^[yn]$/,
  tristate: /^[ymn]$/,
  int: /^-?(?:0|[1-9]\d*)$/,
  hex: /^(?:0[xX])?[0-9a-fA-F]+$/,
  string: /^".*"$/s,
};
const VALID_TEXT: Readonly<Record<string, string>> = {
  bool: 'y or "is not set"',
  tristate: 'y, m or "is not set"',
  int: 'a decimal number without leading zeros',
  hex: 'a hexadecimal number',
  string: 'a text in double quotes',
};

/**
 * Why the configuration does not have what a line asked for.
 *
 * @param values the evaluation of the whole merged configuration, this request among its lines
 * @param requests all lines in their order, to find the one that overrides this and to name those at fault
 */
export function explainLoss(
  tree: KconfigTree,
  values: Evaluation,
  request: ConfigRequest,
  requests: readonly ConfigRequest[] = [],
): Loss {
  const facts = { tree, values };
  const symbol = tree.byName.get(request.symbol);
  const got = symbol && values.isWritten(symbol) ? valueOf(facts, symbol) : 'n';
  if (got === request.value) return { request, got, reasons: [{ kind: 'kept' }] };
  if (!symbol)
    return {
      request,
      got,
      reasons: [{ kind: 'unknown-symbol', nearest: nearNames(request.symbol, tree.byName.keys()) }],
    };
  const reasons = reasonsFor({ facts, symbol, request, requests });
  return { request, got, reasons: reasons.length > 0 ? reasons : [{ kind: 'unclear' }] };
}

interface Case {
  readonly facts: Facts;
  readonly symbol: KconfigSymbol;
  readonly request: ConfigRequest;
  readonly requests: readonly ConfigRequest[];
}

function reasonsFor(lost: Case): LossReason[] {
  const { facts, symbol, request } = lost;
  const valid = VALID[symbol.type];
  const off = symbol.type === 'tristate' && request.value === 'm' && facts.values.typeOf(symbol) === 'bool';
  if (valid && !valid.test(request.value) && !(request.value === 'n' && !isTristate(symbol)))
    return [wrongValue(lost)];
  const overridden = overriding(lost);
  if (overridden) return [{ kind: 'overridden', by: overridden }];
  if (symbol.transitional) return [transitional(lost)];
  if (!isTristate(symbol)) return textReasons(lost);
  const wanted = tristateOf(request.value)!;
  const has = tristateOf(facts.values.valueOf(symbol))!;
  if (off && has === 2) return [modulesOff(facts)];
  const reasons = has < wanted ? tooLow(lost) : tooHigh(lost, wanted);
  return off ? [...reasons, modulesOff(facts)] : reasons;
}

/** A later line for the same symbol with another value. */
function overriding({ request, requests }: Case): ConfigRequest | undefined {
  const winner = requests.findLast(({ symbol }) => symbol === request.symbol);
  const same = winner && winner.file === request.file && winner.line === request.line;
  return winner && !same && winner.value !== request.value ? winner : undefined;
}

function transitional({ facts, symbol }: Case): LossReason {
  const heirs = facts.tree.symbols.filter(({ defaults }) =>
    defaults.some(({ value }) => value.kind === 'symbol' && value.symbol === symbol),
  );
  const { place } = symbol.entries[0]!;
  return { kind: 'transitional', place, defaultOf: heirs.map((heir) => atValue(facts, heir)) };
}

function modulesOff({ tree }: Facts): LossReason {
  return { kind: 'modules-off', modules: tree.modules.constant ? undefined : tree.modules.name };
}

function tooLow(lost: Case): LossReason[] {
  const { facts, symbol, request } = lost;
  const prompt = bestPrompt(facts, symbol);
  if (!prompt) return [withoutPrompt(lost)];
  const hidden = promptReason(lost, prompt, leastFor(symbol, request.value));
  if (hidden) return [hidden];
  if (symbol.choice) return [choiceReason(lost, symbol.choice)];
  return [];
}

function tooHigh(lost: Case, wanted: Tristate): LossReason[] {
  const { facts, symbol } = lost;
  const by = activeLinks(facts, symbol.selectedBy, wanted);
  if (by.length > 0) return [{ kind: 'selected', by }];
  if (symbol.choice && facts.values.visibilityOf(symbol) > 0) return [choiceReason(lost, symbol.choice)];
  const implied = activeLinks(facts, symbol.impliedBy, wanted);
  if (implied.length > 0) return [{ kind: 'implied', by: implied }];
  const prompt = bestPrompt(facts, symbol);
  if (!prompt) return [withoutPrompt(lost)];
  const hidden = promptReason(lost, prompt, 1);
  return hidden ? [hidden] : [];
}

function textReasons(lost: Case): LossReason[] {
  const { facts, symbol, request } = lost;
  const prompt = bestPrompt(facts, symbol);
  if (!prompt) return [withoutPrompt(lost)];
  const hidden = promptReason(lost, prompt, 1);
  if (hidden) return [hidden];
  if (request.value === 'n') return [wrongValue(lost)];
  const range = rangeOf(facts, symbol);
  return range && !facts.values.isWithinRange(symbol, request.value) ? [{ kind: 'range', ...range }] : [];
}

function wrongValue({ symbol, request }: Case): LossReason {
  const meant = meantValue(symbol.type, request.value);
  return {
    kind: 'wrong-value',
    type: symbol.type,
    valid: VALID_TEXT[symbol.type]!,
    ...(meant === undefined ? {} : { meant: formatRequest(request.symbol, meant) }),
  };
}

/** The value of a symbol's type that was probably meant; undefined where nothing tells. */
function meantValue(type: string, value: string): string | undefined {
  const bare = /^"(.*)"$/.exec(value)?.[1] ?? value;
  switch (type) {
    case 'bool':
    case 'tristate': {
      const word = { 1: 'y', 0: 'n' }[bare] ?? bare.toLowerCase();
      if (type === 'bool' && word === 'm') return 'y';
      return /^[ymn]$/.test(word) ? word : undefined;
    }
    case 'int':
      return /^-?(0[xX][0-9a-fA-F]+|\d+)$/.test(bare) ? String(Number(bare)) : undefined;
    case 'hex':
      return /^(0[xX])?[0-9a-fA-F]+$/.test(bare) ? bare : undefined;
    default:
      return value === bare && value !== 'n' ? `"${value}"` : undefined;
  }
}

/** Whether the entry's dependencies or only the prompt's own condition keep the prompt from being visible enough. */
function promptReason({ facts, requests }: Case, prompt: Prompt, least: Tristate): LossReason | undefined {
  const { dependency, place } = prompt.entry;
  const finder = new UnmetFinder(facts, requests);
  const depends = finder.below(dependency, least);
  if (depends) return { kind: 'dependency', place, expression: spell(dependency), unmet: depends };
  const unmet = finder.below(prompt.condition, least);
  return unmet && { kind: 'hidden', place: prompt.place, expression: spell(prompt.condition), unmet };
}

function withoutPrompt({ facts, symbol }: Case): LossReason {
  return {
    kind: 'no-prompt',
    places: symbol.entries.map(({ place }) => place),
    selectableBy: selectableBy(facts, symbol),
    defaultAt: facts.values.defaultOf(symbol)?.place,
  };
}

function choiceReason({ facts, requests }: Case, choice: KconfigSymbol): LossReason {
  const chosen = facts.values.chosenOf(choice);
  const by = chosen && requests.findLast(({ symbol, value }) => symbol === chosen.name && value === 'y');
  return {
    kind: 'choice',
    choice: choiceName(choice),
    place: choice.entries[0]!.place,
    chosen: chosen?.name,
    chosenBy: by && { file: by.file, line: by.line },
  };
}
