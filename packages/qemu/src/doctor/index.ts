export { readConsoleLog } from './console-log.js';
export { diagnose, formatDiagnosis, outcomeOf, type Diagnosis } from './diagnose.js';
export { type BootEnd, type BootEvidence } from './evidence.js';
export { imageFormat, readFormats, type ImageFormat, type ImageFormats } from './image-format.js';
export { OUTCOMES, type Outcome } from './outcomes.js';
