import type { Expression, KconfigSymbol, Tristate } from './model.js';
import type { UserValues } from './user-values.js';

/** The input for deciding a choice: the visibility of its members, already computed, and its conditions. */
interface ChoiceContext {
  /** By symbol id. */
  readonly visible: Uint8Array;
  test(expression: Expression | undefined): Tristate;
}

/** sym_calc_choice() before Linux 6.11: "is the user choice visible?", else the default. */
export function chosenMember(
  choice: KconfigSymbol,
  context: ChoiceContext,
  user: UserValues,
): KconfigSymbol | undefined {
  const asked = user.chosen.get(choice.id);
  return asked && context.visible[asked.id] ? asked : defaultMember(choice, context);
}

/**
 * sym_calc_choice() as of Linux 6.11: "the first visible symbol with the user value 'y'", else "the default, unless it is
 * explicitly set to 'n'", else "the first visible, user-unspecified symbol", else "the least prioritized 'n'".
 */
export function chosenByPriority(
  choice: KconfigSymbol,
  context: ChoiceContext,
  { priority, tristates }: UserValues,
): KconfigSymbol | undefined {
  const isVisible = ({ id }: KconfigSymbol) => context.visible[id] !== 0;
  const byPriority = (priority.get(choice.id) ?? choice.members).filter(isVisible);
  const asked = byPriority.find(({ id }) => tristates.get(id) === 2);
  if (asked) return asked;
  const byDefault = defaultMember(choice, context);
  if (byDefault && tristates.get(byDefault.id) !== 0) return byDefault;
  return choice.members.find((member) => isVisible(member) && !tristates.has(member.id)) ?? byPriority.at(-1);
}

/** sym_choice_default(): "First try the default values for the choice symbol, next locate the first visible choice value". */
function defaultMember(choice: KconfigSymbol, context: ChoiceContext): KconfigSymbol | undefined {
  for (const { value, condition } of choice.defaults) {
    if (context.test(condition) === 0 || value.kind !== 'symbol') continue;
    if (context.visible[value.symbol.id]) return value.symbol;
  }
  return choice.members.find(({ id }) => context.visible[id]);
}
