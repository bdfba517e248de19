export {
  checkRequests,
  describeDisplaced,
  describeLost,
  describeNeedless,
  type CheckResult,
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
export {
  diffConfigs,
  differenceAsFragment,
  formatDifference,
  type ConfigDifference,
} from './config/difference.js';
export { describeOverride, formatMerged, planMerge, type MergePlan, type Override } from './config/merge.js';
export * from './explain/index.js';
export * from './language/index.js';
export * from './edit/index.js';
