/**
 * The names and tables that the project graph is built from. They have their own entry, `@bringup/rootfs/graph`, because Nx loads
 * the graph for each command and each task, and the rest of this package takes longer to load than many tasks take to run.
 */
export { COMPRESSIONS, compressionTool, type Compression } from './archives/compression.js';
