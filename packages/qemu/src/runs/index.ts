export { attach } from './attach.js';
export { followFile } from './console-log.js';
export { runBeside, type BesideRun } from './run-beside.js';
export { runDetached } from './run-detached.js';
export { listRuns, pathsOf, type RunPaths } from './run-directory.js';
export { isUp, type Run, type RunSubject } from './run-record.js';
export { runsOf, selectRun } from './select-run.js';
export { stopRun, type StopMethod } from './stop-run.js';
