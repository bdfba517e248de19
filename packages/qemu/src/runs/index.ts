export { attach, type AttachEnd, type AttachMessages } from './attach.js';
export { followFile } from './console-log.js';
export { runBeside, type BesideOptions, type BesideRun } from './run-beside.js';
export { runDetached, type DetachedOptions } from './run-detached.js';
export { listRuns, pathsOf, type RunPaths } from './run-directory.js';
export { isUp, type Run, type RunKind, type RunRecord, type RunSubject } from './run-record.js';
export { describeRun, runsOf, selectRun } from './select-run.js';
export { stopRun, type StopMethod } from './stop-run.js';
