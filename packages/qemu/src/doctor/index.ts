export { readConsoleLog } from './console-log.js';
export { ComplaintReader } from './complaint-reader.js';
export { type Complaint } from './complaints.js';
export { diagnose, formatDiagnosis, outcomeOf, type Diagnosis } from './diagnose.js';
export { type BootEvidence } from './evidence.js';
export { readFormats, type ImageFormats } from './image-format.js';
export { OUTCOMES, type Outcome } from './outcomes.js';
