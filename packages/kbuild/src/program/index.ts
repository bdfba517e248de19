export { buildProgram, type ProgramRequest } from './build-program.js';
export { checkProgram, programTools, type ProgramSettings } from './settings.js';
