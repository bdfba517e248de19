export { type AcceleratorChoice } from './accelerator.js';
export { type PlanRun, type RunPaths } from './board-process.js';
export { DUMPED_ARCHES, dumpDeviceTree, dumpDeviceTreeBlob, type BareMachine } from './device-tree.js';
export { findUefi, UEFI_ARCHES, type UefiFirmware } from './firmware.js';
export { formatCommand } from './format-command.js';
export { createLineRelay, type LineRelay } from './line-relay.js';
export {
  SHELL_PROMPT,
  type GuestCommand,
  type GuestCommandResult,
  type GuestTest,
  type GuestTestResult,
} from './guest-model.js';
export { runGuestTest, type GuestTestOptions } from './guest-test.js';
export { planCommandLine, planMachine, type MachinePlan } from './machine.js';
export {
  ARCH_MACHINES,
  type Accelerator,
  type ArchMachine,
  type BoardArch,
  type BootPath,
  type MachineOptions,
  type Medium,
  type UefiFlash,
} from './machine-model.js';
export { formatProperties } from './properties.js';
export { QmpClient, type QmpOptions } from './qmp-client.js';
export { type QmpEvent, type QmpState } from './qmp-session.js';
export { runOnTerminal, type BoardRun, type BoardRunOptions } from './run-on-terminal.js';
export { selectAccelerator, type AcceleratorWish } from './select-accelerator.js';
