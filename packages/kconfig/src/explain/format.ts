import type { Place } from '../language/index.js';
import type {
  Culprit,
  CulpritReason,
  Link,
  Loss,
  LossReason,
  Origin,
  SymbolExplanation,
  Unmet,
} from './reasons.js';

const INDENT = '  ';

/** Formats a loss: the requested value and its place, the actual value, the reasons, and the symbols at fault last. */
export function formatLoss({ request, got, reasons }: Loss): string {
  const where = `${request.file}:${request.line}`;
  const head = `${where}: CONFIG_${request.symbol}: wanted ${request.value}, got ${got}`;
  return [head, ...reasons.flatMap(formatReason).map((line) => INDENT + line)].join('\n');
}

/** The answer to "explain": value, origin, dependencies with their values, who selects it, help. */
export function formatSymbol(explanation: SymbolExplanation): string {
  const { symbol, value, type, origin, definitions, range, choice, help } = explanation;
  const lines = [`CONFIG_${symbol}=${value} (${type})`, ...formatOrigin(origin)];
  if (!explanation.written) lines.push('not written to the .config');
  for (const { place, prompt, dependsOn } of definitions) {
    lines.push(`defined at ${at(place)}${prompt === undefined ? ', without a prompt' : `: "${prompt}"`}`);
    if (!dependsOn) continue;
    lines.push(`${INDENT}depends on ${dependsOn.expression} [=${dependsOn.value}]`);
    lines.push(...dependsOn.symbols.map((one) => `${INDENT}${INDENT}${one.symbol} = ${one.value}`));
  }
  if (range) lines.push(`range ${range.low} to ${range.high} at ${at(range.place)}`);
  if (choice)
    lines.push(
      `one of the choice "${choice.prompt}": ${choice.members.map((m) => `${m.symbol}=${m.value}`).join(', ')}`,
    );
  lines.push(
    ...formatLinks('selected by', explanation.selectedBy),
    ...formatLinks('implied by', explanation.impliedBy),
  );
  if (explanation.selects.length > 0)
    lines.push(`selects ${explanation.selects.map((one) => `${one.symbol}=${one.value}`).join(', ')}`);
  if (help) lines.push('', ...help.split('\n').map((line) => (line === '' ? '' : INDENT + line)));
  return lines.join('\n');
}

function formatOrigin(origin: Origin): string[] {
  switch (origin.kind) {
    case 'request':
      return [origin.place ? `set at ${at(origin.place)}` : 'set in the .config'];
    case 'default':
      return [`default ${origin.expression} at ${at(origin.place)}`];
    case 'selected':
    case 'implied':
      return []; // Said with the links.
    case 'choice':
      return [`decided by the choice "${origin.choice}", which is at ${origin.chosen ?? 'nothing'}`];
    case 'range':
      return [`limited by the range ${origin.low} to ${origin.high} at ${at(origin.place)}`];
    case 'none':
      return ['not set by anyone'];
  }
}

function formatReason(reason: LossReason): string[] {
  switch (reason.kind) {
    case 'unknown-symbol':
      return [
        'there is no such symbol in this tree',
        ...(reason.nearest.length > 0 ? [`closest matches: ${reason.nearest.join(', ')}`] : []),
      ];
    case 'wrong-value':
      return [
        `not a valid value: a symbol of type ${reason.type} takes ${reason.valid}`,
        ...(reason.meant === undefined ? [] : [`write ${reason.meant}`]),
      ];
    case 'overridden':
      return [`overridden by ${at(reason.by)}, which asks for ${reason.by.value}`];
    case 'dependency':
      return [
        `it depends on ${reason.expression} (${at(reason.place)}):`,
        ...nested(formatUnmet(reason.unmet)),
      ];
    case 'hidden':
      return [
        `its prompt is only visible if ${reason.expression} (${at(reason.place)}):`,
        ...nested(formatUnmet(reason.unmet)),
      ];
    case 'no-prompt':
      return formatWithoutPrompt(reason);
    case 'selected':
      return formatLinks('forced by', reason.by);
    case 'implied':
      return formatLinks('implied by', reason.by);
    case 'choice':
      return [formatChoice(reason)];
    case 'transitional':
      return [formatTransitional(reason)];
    case 'range':
      return [`the range is ${reason.low} to ${reason.high} (${at(reason.place)})`];
    default:
      return [formatSimple(reason)];
  }
}

function formatSimple(reason: LossReason & { kind: 'modules-off' | 'kept' | 'unclear' }): string {
  if (reason.kind === 'kept') return 'it has this value';
  if (reason.kind === 'unclear') return 'the reason is not clear from the Kconfig files';
  const off = reason.modules ? `${reason.modules} is n` : 'this tree has no symbol for them';
  return `m takes modules, and ${off}; y builds it in`;
}

function formatTransitional({ place, defaultOf }: LossReason & { kind: 'transitional' }): string {
  const heirs = defaultOf.map(({ symbol, value }) => `${symbol} [=${value}]`).join(', ');
  const instead = heirs ? `only gives ${heirs} its default. Ask for that instead` : 'sets nothing';
  return `it is transitional (${at(place)}), so conf never writes it: it ${instead}`;
}

function formatWithoutPrompt(reason: LossReason & { kind: 'no-prompt' }): string[] {
  const lines = [`it has no prompt (${reason.places.map(at).join(', ')}), so no line can set it`];
  if (reason.defaultAt) lines.push(`its value is the default of ${at(reason.defaultAt)}`);
  return [...lines, ...formatLinks('can be selected by', reason.selectableBy)];
}

function formatChoice({ choice, place, chosen, chosenBy }: LossReason & { kind: 'choice' }): string {
  const by = chosenBy ? `, asked for at ${at(chosenBy)}` : '';
  return `the choice "${choice}" (${at(place)}) went to ${chosen ?? 'nothing'}${by}`;
}

function formatUnmet(unmet: Unmet): string[] {
  if (unmet.kind === 'symbol') return formatCulprit(unmet.culprit);
  const parts = unmet.parts.flatMap(formatUnmet);
  return unmet.kind === 'any' ? ['one of:', ...nested(parts)] : parts;
}

function formatCulprit({ symbol, value, wanted, places, why }: Culprit): string[] {
  const [first, ...rest] = why.kind === 'free' && value !== 'n' ? ['can be set'] : formatCulpritReason(why);
  const place = places[0] ? ` (${at(places[0])})` : '';
  const needed = /^[ynm]/.test(wanted) ? `needs ${wanted}` : `needs ${symbol} ${wanted}`;
  return [`${symbol} is ${value || 'unset'}, ${needed}${place}${first ? `: ${first}` : ''}`, ...nested(rest)];
}

function formatCulpritReason(why: CulpritReason): string[] {
  switch (why.kind) {
    case 'free':
      return ['not set'];
    case 'requested':
      return [`set at ${at(why.request)}`];
    case 'undefined':
      return ['there is no such symbol in this tree'];
    case 'unmet':
      return ['because', ...formatUnmet(why.unmet)];
    case 'no-prompt':
      return ['it has no prompt', ...formatLinks('can be selected by', why.selectableBy)];
    case 'selected':
      return ['forced', ...formatLinks('by', why.by)];
    case 'default':
      return [`by the default of ${at(why.place)}`];
    case 'choice':
      return [`the choice "${why.choice}" is at ${why.chosen ?? 'nothing'}`];
    case 'repeated':
      return ['see above'];
  }
}

function formatLinks(verb: string, links: readonly Link[]): string[] {
  return links.map(({ symbol, value, place, condition }) => {
    const when = condition === 'y' ? '' : ` if ${condition}`;
    return `${verb} ${symbol} [=${value}] at ${at(place)}${when}`;
  });
}

function nested(lines: readonly string[]): string[] {
  return lines.map((line) => INDENT + line);
}

function at({ file, line }: Place): string {
  return `${file}:${line}`;
}
