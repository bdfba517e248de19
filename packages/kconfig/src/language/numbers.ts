import type { Dialect } from './dialect.js';
import type { KconfigSymbol, Relation, SymbolType } from './model.js';

/** A number as Kconfig has it: 64 bits; a bigint only where a double would not be exact. */
type Numeric = number | bigint;

const MAX_SIGNED = 2n ** 63n - 1n;
const MIN_SIGNED = -(2n ** 63n);
const MAX_UNSIGNED = 2n ** 64n - 1n;

/** sym_string_valid(): whether a text can be the value of a symbol of this type. */
export function isValidText(type: SymbolType, text: string): boolean {
  if (type === 'int') return /^-?(?:0|[1-9]\d*)$/.test(text);
  if (type === 'hex') return /^(?:0[xX])?[0-9a-fA-F]+$/.test(text);
  return type === 'string' || /^[ymnYMN]/.test(text);
}

/** The value of a symbol that nobody gives one. */
export function emptyText(type: SymbolType, { emptyNumber }: Dialect): string {
  if (emptyNumber === 'empty') return '';
  return type === 'int' ? '0' : type === 'hex' ? '0x0' : '';
}

/** strtoll(): the number that a text starts with, 0 where it starts with none. */
export function leadingNumber(text: string, base: 10 | 16): Numeric {
  const digits = base === 10 ? /^\s*([+-]?)(\d*)/ : /^\s*([+-]?)(?:0[xX](?=[0-9a-fA-F]))?([0-9a-fA-F]*)/;
  const [, sign, magnitude] = digits.exec(text)!;
  if (!magnitude) return 0;
  const value = toNumeric(magnitude, base);
  if (typeof value === 'number') return sign === '-' ? -value : value;
  const signed = sign === '-' ? -value : value;
  return signed > MAX_SIGNED ? MAX_SIGNED : signed < MIN_SIGNED ? MIN_SIGNED : signed;
}

/** A limit printed anew, as `%lld` and `0x%llx` do. */
export function printNumber(value: Numeric, type: SymbolType): string {
  if (type !== 'hex') return value.toString();
  return `0x${(value < 0 ? BigInt.asUintN(64, BigInt(value)) : value).toString(16)}`;
}

/**
 * The relation of two values as expr_calc_value() has it: as numbers when both are ("typed" by their symbols), else as
 * texts.
 */
export function relate(
  relation: Relation,
  left: { symbol: KconfigSymbol; text: string },
  right: { symbol: KconfigSymbol; text: string },
  numeric: boolean,
): boolean {
  const order = numeric ? compare(left, right) : left.text === right.text ? 0 : 1;
  switch (relation) {
    case '=':
      return order === 0;
    case '!=':
      return order !== 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}

type Operand = { symbol: KconfigSymbol; text: string };

function compare(left: Operand, right: Operand): number {
  const texts = left.symbol.type === 'string' && right.symbol.type === 'string';
  const a = texts ? undefined : parseOperand(left);
  const b = texts ? undefined : parseOperand(right);
  if (!a || !b) return left.text < right.text ? -1 : left.text > right.text ? 1 : 0;
  const unsigned = a.unsigned || b.unsigned;
  const [x, y] = unsigned ? [wrap(a.value), wrap(b.value)] : [a.value, b.value];
  return x < y ? -1 : x > y ? 1 : 0;
}

/** expr_parse_string(): the whole text must be a number, hex without a sign for hex symbols. */
function parseOperand({ symbol, text }: Operand): { value: Numeric; unsigned: boolean } | undefined {
  if (symbol.type === 'bool' || symbol.type === 'tristate')
    return { value: text === '' ? -1 : 'nmy'.indexOf(text), unsigned: false };
  const unsigned = symbol.type === 'hex';
  const found = unsigned
    ? /^\s*([+-]?)(?:0[xX])?([0-9a-fA-F]+)$/.exec(text)
    : symbol.type === 'int'
      ? /^\s*([+-]?)(\d+)$/.exec(text)
      : /^\s*([+-]?)((?:0[xX][0-9a-fA-F]+)|(?:0[0-7]*)|(?:[1-9]\d*))$/.exec(text);
  if (!found) return undefined;
  const base =
    unsigned || /^0[xX]/.test(found[2]!) ? 16 : symbol.type === 'int' || !/^0./.test(found[2]!) ? 10 : 8;
  const magnitude = toNumeric(found[2]!.replace(/^0[xX]/, ''), base);
  const value = found[1] === '-' ? -magnitude : magnitude;
  const fits = unsigned ? value <= MAX_UNSIGNED : value <= MAX_SIGNED && value >= MIN_SIGNED;
  return fits ? { value, unsigned } : undefined;
}

function toNumeric(digits: string, base: 8 | 10 | 16): Numeric {
  if (digits.length <= 12) return parseInt(digits, base);
  return BigInt(base === 16 ? `0x${digits}` : base === 8 ? `0o${digits}` : digits);
}

function wrap(value: Numeric): Numeric {
  return value < 0 ? BigInt.asUintN(64, BigInt(value)) : value;
}
