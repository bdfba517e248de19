import { operandsOf, sameExpression, symbolsOf } from './expressions.js';
import type { Expression, KconfigSymbol, MenuEntry } from './model.js';

/**
 * How many of the entries right after a symbol's become its submenu: those that depend on it. "If sym is a symbol and
 * A, B, C, … are consecutive items (symbols, menus, ifs, etc.) that all depend on sym" (menu.c). An entry in the submenu
 * of a choice's member is not a member itself.
 */
export function submenuOf({ symbol, prompt }: MenuEntry, following: readonly MenuEntry[]): number {
  let count = 0;
  for (const entry of following) {
    const dependency = entry.prompt ? entry.prompt.condition : entry.dependency;
    if (!dependency || !symbolsOf(dependency).has(symbol!)) break;
    if (!demands(dependency, symbol!) && !includes(dependency, prompt?.condition)) break;
    count++;
  }
  return count;
}

/** expr_depends_symbol(): whether the expression is `n` when the symbol is. */
function demands(expression: Expression, symbol: KconfigSymbol): boolean {
  if (expression.kind === 'symbol') return expression.symbol === symbol;
  if (expression.kind === 'and') return demands(expression.left, symbol) || demands(expression.right, symbol);
  if (expression.kind !== 'relation' || expression.left !== symbol || !expression.right.constant)
    return false;
  const { name } = expression.right;
  return expression.relation === '='
    ? name === 'y' || name === 'm'
    : expression.relation === '!=' && name === 'n';
}

/** "a 'superset' of sym's dependencies, e.g. '(sym || Q) && R' when sym depends on R" */
function includes(expression: Expression, base: Expression | undefined): boolean {
  const operands = operandsOf(expression, 'and');
  return operandsOf(base, 'and').every((wanted) =>
    operands.some((operand) => sameExpression(operand, wanted)),
  );
}
