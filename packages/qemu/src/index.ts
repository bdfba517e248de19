export { type AcceleratorChoice } from './accelerator/accelerator.js';
export { type PlanRun } from './runs/board-process.js';
export {
  DUMPED_ARCHES,
  dumpDeviceTree,
  dumpDeviceTreeBlob,
  type BareMachine,
} from './machine/device-tree.js';
export { findUefi, UEFI_ARCHES, type UefiFirmware } from './machine/firmware.js';
export {
  diagnose,
  formatDiagnosis,
  OUTCOMES,
  type BootEvidence,
  type Diagnosis,
  type Outcome,
} from './doctor/index.js';
export { formatCommand } from './machine/format-command.js';
export { type GuestFailure } from './guest/guest-failure.js';
export * from './runs/index.js';
export { parseLoadedImages, type LoadedImage } from './machine/loaded-images.js';
export { createLineRelay, type LineRelay } from './runs/line-relay.js';
export {
  SHELL_PROMPT,
  type GuestCommand,
  type GuestCommandResult,
  type GuestTest,
  type GuestTestResult,
} from './guest/guest-model.js';
export { runGuestTest, type GuestTestOptions } from './guest/guest-test.js';
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
export { planCommandLine, planMachine, type MachinePlan } from './machine/machine.js';
export {
  type BootPath,
  type MachineOptions,
  type Medium,
  type RealTimeClock,
  type Watchdog,
  type UefiFlash,
} from './machine/machine-model.js';
export {
  ARCH_MACHINES,
  type Accelerator,
  type ArchMachine,
  type BoardArch,
} from './machine/arch-machines.js';
export { formatProperties } from './machine/properties.js';
export { QmpClient, type QmpOptions } from './qmp/qmp-client.js';
export { type QmpEvent, type QmpState } from './qmp/qmp-session.js';
export { runOnTerminal, type BoardRun, type BoardRunOptions } from './runs/run-on-terminal.js';
export { selectAccelerator, type AcceleratorWish } from './accelerator/select-accelerator.js';
