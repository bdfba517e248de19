export { chooseGdb, GDB_ARCHES, type Gdb, type GdbArch, type GdbWish } from './choose-gdb.js';
export { readBuildIds, readElf, type BuildIdFile, type ElfFacts, type ElfSection } from './elf.js';
export { gdbArgv, requireMatch, runGdb, symbolsMismatch, writeSession, type GdbRun } from './gdb-session.js';
export { formatSessionScript, type Session } from './session-script.js';
export {
  STOPS,
  type Phase,
  type PhaseEnd,
  type Stop,
  type SymbolFile,
  type SymbolPlan,
} from './session-model.js';
export { planSymbols, type BootFacts, type PlannedFile } from './symbol-plan.js';
