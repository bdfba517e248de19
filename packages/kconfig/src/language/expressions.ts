import type { Expression, KconfigSymbol, Tristate } from './model.js';

/** `left && right`, where `undefined` is `y`. */
export function and(left: Expression | undefined, right: Expression | undefined): Expression | undefined {
  if (!left) return right;
  return right ? { kind: 'and', left, right } : left;
}

/** `left || right` as expr_alloc_or() has it: a missing side is left out, it does not make the whole `y`. */
export function orPresent(
  left: Expression | undefined,
  right: Expression | undefined,
): Expression | undefined {
  if (!left) return right;
  return right ? { kind: 'or', left, right } : left;
}

/** The operands of a chain of `&&` (or `||`), from left to right. */
export function operandsOf(expression: Expression | undefined, kind: 'and' | 'or'): Expression[] {
  if (!expression) return [];
  if (expression.kind !== kind) return [expression];
  return [...operandsOf(expression.left, kind), ...operandsOf(expression.right, kind)];
}

/** Every symbol and constant that an expression mentions, each once. */
export function symbolsOf(
  expression: Expression | undefined,
  found = new Set<KconfigSymbol>(),
): Set<KconfigSymbol> {
  if (!expression) return found;
  if (expression.kind === 'symbol') return found.add(expression.symbol);
  if (expression.kind === 'not') return symbolsOf(expression.operand, found);
  if (expression.kind === 'relation') return found.add(expression.left).add(expression.right);
  symbolsOf(expression.left, found);
  return symbolsOf(expression.right, found);
}

/**
 * "Rewrites 'm' to 'm' && MODULES, so that it evaluates to 'n' when running without modules" (menu.c).
 * Only conditions are rewritten, not the values of defaults.
 */
export function rewriteM(expression: Expression | undefined, modules: KconfigSymbol): Expression | undefined {
  if (!expression || expression.kind === 'relation') return expression;
  if (expression.kind === 'symbol') {
    const { symbol } = expression;
    return symbol.constant && symbol.name === 'm'
      ? { kind: 'and', left: expression, right: { kind: 'symbol', symbol: modules } }
      : expression;
  }
  if (expression.kind === 'not') {
    const operand = rewriteM(expression.operand, modules)!;
    return operand === expression.operand ? expression : { kind: 'not', operand };
  }
  const left = rewriteM(expression.left, modules)!;
  const right = rewriteM(expression.right, modules)!;
  return left === expression.left && right === expression.right ? expression : { ...expression, left, right };
}

/**
 * `depends on <dependency> if <condition>` of Linux 7.0: "We have "depends on X if Y" and we want: Y != n --> X,
 * Y == n --> y. That simplifies to: (X || (Y == n))" (menu_add_dep() in menu.c).
 */
export function dependencyIf(
  dependency: Expression,
  condition: Expression | undefined,
  no: KconfigSymbol,
): Expression {
  if (!condition) return dependency;
  return { kind: 'or', left: dependency, right: compareWithNo(condition, '=', no), condition };
}

/** expr_trans_compare(): `!Y` compares Y itself, so for an `m` it is not what comparing the value of `!Y` would be. */
function compareWithNo(expression: Expression, relation: '=' | '!=', no: KconfigSymbol): Expression {
  switch (expression.kind) {
    case 'symbol':
      return { kind: 'relation', relation, left: expression.symbol, right: no };
    case 'not':
      return compareWithNo(expression.operand, relation === '=' ? '!=' : '=', no);
    case 'relation':
      return relation === '=' ? { kind: 'not', operand: expression } : expression;
    default: {
      const [left, right] = [expression.left, expression.right].map((one) => compareWithNo(one, '=', no));
      const both: Expression = { kind: expression.kind === 'and' ? 'or' : 'and', left: left!, right: right! };
      return relation === '=' ? both : { kind: 'not', operand: both };
    }
  }
}

/** Whether two expressions say the same, operands of `&&` and `||` in any order. */
export function sameExpression(a: Expression, b: Expression): boolean {
  if (a === b) return true;
  if (a.kind === 'symbol') return b.kind === 'symbol' && a.symbol === b.symbol;
  if (a.kind === 'not') return b.kind === 'not' && sameExpression(a.operand, b.operand);
  if (a.kind === 'relation')
    return b.kind === 'relation' && a.relation === b.relation && a.left === b.left && a.right === b.right;
  if (a.kind !== b.kind) return false;
  const ours = operandsOf(a, a.kind);
  const theirs = operandsOf(b, a.kind);
  const within = (some: Expression[], others: Expression[]) =>
    some.every((one) => others.some((other) => sameExpression(one, other)));
  return within(ours, theirs) && within(theirs, ours);
}

const LETTERS = ['n', 'm', 'y'] as const;

/** `n`, `m` or `y`. */
export function formatTristate(value: Tristate): 'n' | 'm' | 'y' {
  return LETTERS[value];
}

/** How a symbol is spelled in an expression. */
export function formatOperand(symbol: KconfigSymbol): string {
  if (symbol.isChoice) return symbol.name || '<choice>';
  return symbol.constant && !['y', 'm', 'n'].includes(symbol.name)
    ? JSON.stringify(symbol.name)
    : symbol.name;
}

/**
 * An expression as Kconfig spells it, with as few parentheses as it takes.
 *
 * @param spell how to print a symbol; by default its name
 */
export function formatExpression(
  expression: Expression | undefined,
  spell: (symbol: KconfigSymbol) => string = formatOperand,
): string {
  if (!expression) return 'y';
  const nested = (inner: Expression, parenthesize: boolean) =>
    parenthesize ? `(${formatExpression(inner, spell)})` : formatExpression(inner, spell);
  if (expression.kind === 'symbol') return spell(expression.symbol);
  if (expression.kind === 'relation')
    return `${spell(expression.left)} ${expression.relation} ${spell(expression.right)}`;
  if (expression.kind === 'not')
    return `!${nested(expression.operand, expression.operand.kind !== 'symbol')}`;
  const { kind, left, right, condition } = expression;
  if (condition) return `${formatExpression(left, spell)} if ${formatExpression(condition, spell)}`;
  const loose = (inner: Expression) =>
    inner.kind === 'or' && (kind === 'and' || inner.condition !== undefined);
  return `${nested(left, loose(left))} ${kind === 'and' ? '&&' : '||'} ${nested(right, loose(right))}`;
}
