import { formatTristate } from './expressions.js';
import type { Default, Expression, KconfigSymbol, KconfigTree, Range, Tristate } from './model.js';
import { isValidText, leadingNumber, relate } from './numbers.js';

/** The values of symbols as far as they are known, and of everything made of them. */
export abstract class ValueStore {
  /** By symbol id, as are all that follow: 0 to 2 for n, m, y. */
  readonly tristates: Uint8Array;
  readonly texts: string[];
  readonly visible: Uint8Array;
  readonly written: Uint8Array;
  readonly direct: Uint8Array;
  readonly reverse: Uint8Array;
  readonly implied: Uint8Array;
  /** Of a choice: the member it has come to. */
  readonly chosen: (KconfigSymbol | undefined)[];
  protected readonly valid: Uint8Array;

  constructor(protected readonly tree: KconfigTree) {
    const size = tree.symbols.length;
    const bytes = () => new Uint8Array(size);
    [this.visible, this.tristates, this.written, this.valid] = [bytes(), bytes(), bytes(), bytes()];
    [this.direct, this.reverse, this.implied] = [bytes(), bytes(), bytes()];
    this.texts = new Array<string>(size).fill('');
    this.chosen = new Array<KconfigSymbol | undefined>(size).fill(undefined);
    tree.symbols.forEach((symbol) => symbol.constant && this.setConstant(symbol));
  }

  /** Brings a symbol's value up to date. */
  protected abstract calculate(symbol: KconfigSymbol): void;

  /** The value of an expression. Both sides are always computed, as conf does. */
  test(expression: Expression | undefined): Tristate {
    if (!expression) return 2;
    switch (expression.kind) {
      case 'symbol':
        this.calculate(expression.symbol);
        return this.tristates[expression.symbol.id] as Tristate;
      case 'and':
      case 'or': {
        const left = this.test(expression.left);
        const right = this.test(expression.right);
        return (expression.kind === 'and') === left < right ? left : right;
      }
      case 'not':
        return (2 - this.test(expression.operand)) as Tristate;
      case 'relation': {
        const left = { symbol: expression.left, text: this.textOf(expression.left) };
        const right = { symbol: expression.right, text: this.textOf(expression.right) };
        return relate(expression.relation, left, right, this.tree.dialect.numericRelations) ? 2 : 0;
      }
    }
  }

  /** The value as text: `n`, `m`, `y`, a number, or a string without quotes. An unknown symbol's is its name. */
  textOf(symbol: KconfigSymbol): string {
    this.calculate(symbol);
    return symbol.type === 'bool' || symbol.type === 'tristate'
      ? formatTristate(this.tristates[symbol.id] as Tristate)
      : this.texts[symbol.id]!;
  }

  /** The first default whose condition holds. */
  defaultOf(symbol: KconfigSymbol): Default | undefined {
    return symbol.defaults.find(({ condition }) => this.test(condition) !== 0);
  }

  /** The first range whose condition holds. */
  rangeOf(symbol: KconfigSymbol): Range | undefined {
    return symbol.ranges.find(({ condition }) => this.test(condition) !== 0);
  }

  /** A number that a symbol of the range stands for. */
  limitOf(limit: KconfigSymbol, type: KconfigSymbol['type']) {
    const text = this.textOf(limit);
    const effective = limit.type === 'int' || limit.type === 'hex' ? limit.type : type;
    return leadingNumber(text, effective === 'hex' ? 16 : 10);
  }

  /** sym_string_within_range() */
  isWithinRange(symbol: KconfigSymbol, text: string): boolean {
    if (symbol.type !== 'int' && symbol.type !== 'hex') return true;
    if (!isValidText(symbol.type, text)) return false;
    const range = this.rangeOf(symbol);
    if (!range) return true;
    const value = leadingNumber(text, symbol.type === 'hex' ? 16 : 10);
    return value >= this.limitOf(range.low, symbol.type) && value <= this.limitOf(range.high, symbol.type);
  }

  private setConstant({ id, name }: KconfigSymbol): void {
    this.valid[id] = 1;
    this.texts[id] = name;
    this.tristates[id] = name === 'y' ? 2 : name === 'm' ? 1 : 0;
  }
}
