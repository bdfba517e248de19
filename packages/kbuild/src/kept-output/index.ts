export { buildLog } from './paths.js';
export { checkUnchanged, prepareOut, recordChanges } from './prepare-out.js';
export { whileMakeRuns } from './while-make-runs.js';
