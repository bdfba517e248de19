export {
  DUMPED_ARCHES,
  dumpDeviceTree,
  dumpDeviceTreeBlob,
  type BareMachine,
} from './machine/device-tree.js';
export { findUefi, UEFI_ARCHES } from './machine/firmware.js';
export { formatDiagnosis, OUTCOMES } from './doctor/index.js';
export { formatCommand } from './machine/format-command.js';
export { type GuestFailure } from './guest/guest-failure.js';
export * from './runs/index.js';
export { parseLoadedImages } from './machine/loaded-images.js';
export { createLineRelay } from './runs/line-relay.js';
export {
  SHELL_PROMPT,
  type GuestCommand,
  type GuestTest,
  type GuestTestResult,
} from './guest/guest-model.js';
export { runGuestTest, type GuestTestOptions } from './guest/guest-test.js';
export { type GdbStub } from './machine/consoles.js';
export { checkMachine, type CheckedMachine } from './machine/check.js';
export { type Drive } from './machine/drives.js';
export { findSmbd, findVirtiofsd } from './machine/check-shares.js';
export { hasVirtioFs, type Share } from './machine/shares.js';
export { checkHostPorts, chooseHostPorts, choosePort } from './machine/host-ports.js';
export { formatForward, macAddress, type NetworkInterface } from './machine/network.js';
export { planCommandLine, planMachine } from './machine/machine.js';
export { type BootPath, type MachineOptions, type Medium, type UefiFlash } from './machine/machine-model.js';
export { ARCH_MACHINES, type BoardArch } from './machine/arch-machines.js';
export { formatProperties } from './machine/properties.js';
export { QmpClient } from './qmp/qmp-client.js';
export { type QmpEvent } from './qmp/qmp-session.js';
export { runOnTerminal } from './runs/run-on-terminal.js';
export { selectAccelerator } from './accelerator/select-accelerator.js';
