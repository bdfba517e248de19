export { detectDialect, FRONTENDS_4_11, NEWEST, type Dialect } from './dialect.js';
export { evaluate, formatValue, type Evaluation } from './evaluate.js';
export { formatExpression, formatOperand, formatTristate, symbolsOf } from './expressions.js';
export { loadKconfig, type LoadOptions } from './load.js';
export type {
  Default,
  Expression,
  KconfigMessage,
  KconfigSymbol,
  KconfigTree,
  MenuEntry,
  Place,
  Prompt,
  Property,
  Range,
  Reference,
  Relation,
  ReverseDependency,
  SymbolType,
  Tristate,
} from './model.js';
export { shellRunner, type ShellOptions, type ShellRunner } from './shell.js';
export type { ValueLines } from './user-values.js';
