export { suggestFix, type Fix } from './fix.js';
export { formatLoss, formatSymbol } from './format.js';
export { explainLoss } from './loss.js';
export type {
  Condition,
  Culprit,
  CulpritReason,
  Letter,
  Link,
  Loss,
  LossReason,
  Origin,
  SymbolAtValue,
  SymbolExplanation,
  Unmet,
} from './reasons.js';
export { explainSymbol } from './symbol.js';
