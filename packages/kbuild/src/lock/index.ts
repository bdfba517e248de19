export { readLock, updateLock } from './lock-file.js';
export {
  formatLock,
  LOCK_NAME,
  lockEntryPath,
  lockField,
  OLD_LOCK_NAME,
  parseLock,
  type LockFile,
} from './lock-format.js';
