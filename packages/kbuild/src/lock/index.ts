export { readLock, updateLock } from './lock-file.js';
export { formatLock, lockField, parseLock, sourceField, type LockFile } from './lock-format.js';
