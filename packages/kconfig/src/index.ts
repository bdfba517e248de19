export {
  checkRequests,
  describeDisplaced,
  describeLost,
  describeNeedless,
  describeOtherVersions,
  type LostRequest,
} from './config/check.js';
export {
  configValues,
  formatRequest,
  parseConfig,
  parseResolved,
  resolvedValues,
  type ConfigRequest,
  type ConfigValues,
} from './config/config-file.js';
export { countsIn, isForSomeVersions, type TreeVersion } from './config/directives.js';
export { diffConfigs, differenceAsFragment, formatDifference } from './config/difference.js';
export { describeOverride, formatMerged, planMerge, type Override } from './config/merge.js';
export * from './explain/index.js';
export * from './language/index.js';
export * from './edit/index.js';
