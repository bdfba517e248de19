export { BOOT_PATHS } from './boards.js';
