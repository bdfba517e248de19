export { chooseGdb, type Gdb } from './choose-gdb.js';
export { readBuildIds, readElf, type BuildIdFile, type ElfFacts } from './elf.js';
export { gdbArgv, requireMatch, runGdb, symbolsMismatch, writeSession, type GdbRun } from './gdb-session.js';
export { planSymbols, type PlannedFile } from './symbol-plan.js';
