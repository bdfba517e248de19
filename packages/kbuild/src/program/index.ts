export { buildProgram, type ProgramRequest } from './build-program.js';
export {
  checkProgram,
  defaultCompilerFlags,
  probeProgramTools,
  programToolNames,
  type ProgramSettings,
  type ProgramTools,
} from './settings.js';
