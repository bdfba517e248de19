export { type AcceleratorChoice } from './accelerator.js';
export { type PlanRun } from './board-process.js';
export { DUMPED_ARCHES, dumpDeviceTree, dumpDeviceTreeBlob, type BareMachine } from './device-tree.js';
export { findUefi, UEFI_ARCHES, type UefiFirmware } from './firmware.js';
export {
  diagnose,
  formatDiagnosis,
  OUTCOMES,
  type BootEvidence,
  type Diagnosis,
  type Outcome,
} from './doctor/index.js';
export { formatCommand } from './format-command.js';
export { type GuestFailure } from './guest-failure.js';
export * from './life/index.js';
export { parseLoadedImages, type LoadedImage } from './loaded-images.js';
export { createLineRelay, type LineRelay } from './line-relay.js';
export {
  SHELL_PROMPT,
  type GuestCommand,
  type GuestCommandResult,
  type GuestTest,
  type GuestTestResult,
} from './guest-model.js';
export { runGuestTest, type GuestTestOptions } from './guest-test.js';
export {
  type CharacterTarget,
  type GdbStub,
  type MonitorTarget,
  type VncDisplay,
} from './machine/consoles.js';
export { checkMachine, type CheckedMachine } from './machine/check.js';
export { type Drive, type DriveInterface, type ImageFormat } from './machine/drives.js';
export { findSmbd, findVirtiofsd } from './machine/check-shares.js';
export { hasVirtioFs, type Share } from './machine/shares.js';
export { checkHostPorts, chooseHostPorts, choosePort } from './machine/host-ports.js';
export {
  formatForward,
  macAddress,
  type Forward,
  type ForwardRequest,
  type NetworkInterface,
  type PlacedNetwork,
} from './machine/network.js';
export { planCommandLine, planMachine, type MachinePlan } from './machine.js';
export {
  ARCH_MACHINES,
  type Accelerator,
  type ArchMachine,
  type BoardArch,
  type BootPath,
  type MachineOptions,
  type Medium,
  type RealTimeClock,
  type Watchdog,
  type UefiFlash,
} from './machine-model.js';
export { formatProperties } from './properties.js';
export { QmpClient, type QmpOptions } from './qmp-client.js';
export { type QmpEvent, type QmpState } from './qmp-session.js';
export { runOnTerminal, type BoardRun, type BoardRunOptions } from './run-on-terminal.js';
export { selectAccelerator, type AcceleratorWish } from './select-accelerator.js';
