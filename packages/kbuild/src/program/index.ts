export { buildProgram } from './build-program.js';
export {
  checkProgram,
  defaultCompilerFlags,
  probeProgramTools,
  programToolNames,
  type ProgramSettings,
} from './settings.js';
