import type { Token } from './lexer.js';
import { syntaxError } from './macros.js';
import type { Expression, KconfigSymbol, Place, Relation } from './model.js';
import type { SymbolTable } from './symbol-table.js';

const RELATIONS: readonly string[] = ['=', '!=', '<', '<=', '>', '>='] satisfies Relation[];

/**
 * How deep parentheses and `!` may nest, and how many operands a statement may have: far beyond any tree, and far from the end of
 * the stack, because evaluation is recursive.
 */
const MAX_NESTING = 500;
const MAX_OPERANDS = 2000;

/** Reads one statement from left to right: keywords, texts, symbols, expressions. */
export class Cursor {
  private index = 0;
  private nesting = 0;
  private operands = 0;

  constructor(
    private readonly tokens: readonly Token[],
    readonly place: Place,
    private readonly table: SymbolTable,
  ) {}

  /** The next token when it is a word, without taking it. */
  get word(): string | undefined {
    const token = this.tokens[this.index];
    return token?.kind === 'word' ? token.value : undefined;
  }

  get atEnd(): boolean {
    return this.index >= this.tokens.length;
  }

  /** Takes the next token if it is this keyword or mark. */
  accept(value: string): boolean {
    const token = this.tokens[this.index];
    if (!token || token.kind === 'text' || token.value !== value) return false;
    this.index++;
    return true;
  }

  /** A prompt or file name: quoted, or one bare word as older trees have it. */
  takeText(what: string): string {
    const token = this.tokens[this.index++];
    if (!token || token.kind === 'mark') throw this.error(`${what} expected`);
    return token.value;
  }

  /** A name that is not in quotes. */
  takeName(what: string): string {
    const token = this.tokens[this.index++];
    if (token?.kind !== 'word') throw this.error(`${what} expected`);
    return token.value;
  }

  takeSymbol(): KconfigSymbol {
    const token = this.tokens[this.index++];
    if (!token || token.kind === 'mark') throw this.error('a symbol or a constant expected');
    return token.kind === 'text' ? this.table.constant(token.value) : this.table.symbol(token.value);
  }

  /** `<expr> || <expr>`, the loosest of "the lower the number, the tighter": !, &&, ||. */
  takeExpression(): Expression {
    let left = this.takeConjunction();
    while (this.accept('||')) left = { kind: 'or', left, right: this.takeConjunction() };
    return left;
  }

  /** `if <expr>`, where there is one. */
  takeCondition(): Expression | undefined {
    return this.accept('if') ? this.takeExpression() : undefined;
  }

  /** Checks that the statement says no more. */
  finish(): void {
    const token = this.tokens[this.index];
    if (token) throw this.error(`unexpected "${token.value}"`);
  }

  error(message: string): Error {
    const statement = this.tokens
      .map(({ kind, value }) => (kind === 'text' ? JSON.stringify(value) : value))
      .join(' ');
    return syntaxError(this.place, `${message}: ${statement}`, { statement });
  }

  private nested(take: () => Expression): Expression {
    if (++this.nesting > MAX_NESTING) {
      const message = `an expression is nested more than ${MAX_NESTING} deep. Take out parentheses or negations`;
      throw syntaxError(this.place, message);
    }
    const inner = take();
    this.nesting--;
    return inner;
  }

  private takeConjunction(): Expression {
    let left = this.takeFactor();
    while (this.accept('&&')) left = { kind: 'and', left, right: this.takeFactor() };
    return left;
  }

  private takeFactor(): Expression {
    if (this.accept('!')) return { kind: 'not', operand: this.nested(() => this.takeFactor()) };
    if (this.accept('(')) {
      const inner = this.nested(() => this.takeExpression());
      if (!this.accept(')')) throw this.error('")" expected');
      return inner;
    }
    if (++this.operands > MAX_OPERANDS)
      throw syntaxError(this.place, `an expression has more than ${MAX_OPERANDS} operands. Split it up`);
    const symbol = this.takeSymbol();
    const token = this.tokens[this.index];
    if (token?.kind !== 'mark' || !RELATIONS.includes(token.value)) return { kind: 'symbol', symbol };
    this.index++;
    return { kind: 'relation', relation: token.value as Relation, left: symbol, right: this.takeSymbol() };
  }
}
