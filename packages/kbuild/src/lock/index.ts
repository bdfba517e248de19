export { readLock, updateLock } from './lock-file.js';
export { formatLock, lockField, parseLock, type LockFile } from './lock-format.js';
