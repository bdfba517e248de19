export { suggestFix } from './fix.js';
export { formatLoss, formatSymbol } from './format.js';
export { explainLoss } from './loss.js';
export { explainSymbol } from './symbol.js';
