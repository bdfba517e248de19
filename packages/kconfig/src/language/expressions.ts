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
  return left === expression.left && right === expression.right
    ? expression
    : { kind: expression.kind, left, right };
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
  const { kind, left, right } = expression;
  const other = kind === 'and' ? 'or' : 'and';
  const loose = (inner: Expression) => kind === 'and' && inner.kind === other;
  return `${nested(left, loose(left))} ${kind === 'and' ? '&&' : '||'} ${nested(right, loose(right))}`;
}
