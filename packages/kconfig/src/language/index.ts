export { detectDialect, FRONTENDS_4_11, NEWEST, type Dialect } from './dialect.js';
export { evaluate, formatValue, type Evaluation } from './evaluate.js';
export { formatExpression, formatOperand, formatTristate, symbolsOf } from './expressions.js';
export { loadKconfig, type LoadOptions } from './load.js';
export type {
  Default,
  Expression,
  KconfigSymbol,
  KconfigTree,
  Place,
  Prompt,
  Relation,
  ReverseDependency,
  Tristate,
} from './model.js';
export { shellRunner } from './shell.js';
