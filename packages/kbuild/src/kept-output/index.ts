export { buildLog } from './paths.js';
export { checkUnchanged, prepareOut } from './prepare-out.js';
export { whileMakeRuns } from './while-make-runs.js';
