export { buildLog } from './paths.js';
export { prepareOut } from './prepare-out.js';
export { whileMakeRuns } from './while-make-runs.js';
