export { buildLog } from './paths.js';
export { prepareOut } from './prepare-out.js';
export { whileMakeRuns, whileSourceStays } from './while-make-runs.js';
