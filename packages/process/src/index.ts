export type { ErrorCode } from './error-codes.js';
export { AbortedError, isBringupError, joinErrors, ToolError, UserError } from './errors.js';
export { ARCH_NAMES, ARCHITECTURES, crossPackages, type Arch } from './architectures.js';
export { amount } from './amount.js';
export { diskUsage } from './disk-usage.js';
export { scrubbedEnvironment, type Environment } from './environment.js';
export {
  describeHostError,
  sha256File,
  withTemporaryDirectory,
  writeAllAside,
  writeAside,
  writeFileAside,
  writeSynced,
  type AsideWrite,
} from './files.js';
export { describeDiskError, describeFullDevice, noSpaceError, saysNoSpace } from './no-space.js';
export {
  describeInstall,
  DISTRIBUTIONS,
  hostDistribution,
  installLine,
  packageName,
  type Distribution,
} from './distributions.js';
export { dyingWithUs, startKept, type KeptProgram } from './keeper.js';
export { acquireLock, lockHolder, tryLock, withLock, type HeldLock, type LockOptions } from './lock.js';
export {
  findLockHolder,
  isInUse,
  isRemovalLeftover,
  keepInUse,
  removeEmptied,
  removeLockedDirectory,
  removeUnused,
} from './locked-directory.js';
export { nearNames, suggestNames } from './near.js';
export { debianPackageOf, missingProgram } from './programs.js';
export { identifyProcess, isRunning, pidNamespace, type ProcessIdentity } from './process-identity.js';
export { quoteArgument, quoteCommand, splitCommand } from './quote.js';
export { readProgram } from './read-program.js';
export { ownDirectory, releaseDirectory } from './reaper.js';
export { removeTree } from './remove-tree.js';
export {
  runProgram,
  startProgram,
  type Argv,
  type ProgramExit,
  type RunningProgram,
  type RunOptions,
  type RunResult,
} from './run.js';
export { copySparse } from './sparse.js';
export { openLines, openTerminal, type Terminal } from './terminal.js';
export { terminationSignal } from './termination.js';
export { probeVersion } from './version.js';
export { workInHand, type WorkInHand } from './work-in-hand.js';
