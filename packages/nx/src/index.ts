import { createNodesV2 } from './plugin/create-nodes.js';

/** The plugin's name in `nx graph` and messages. */
export const name = '@bringup/nx';

// Nx 22 and 23 read the first name, Nx 24 the second.
export { createNodesV2 };
export const createNodes = createNodesV2;

export { createDependencies } from './plugin/create-dependencies.js';
export { preTasksExecution } from './plugin/terminal-hook.js';
