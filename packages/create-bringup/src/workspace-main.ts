/**
 * A program of its own, so that all that create-nx-workspace starts can be ended as one group:
 * `node workspace-main.js OPTIONS`, with the options of `createWorkspace` as JSON.
 */
import { createWorkspace } from 'create-nx-workspace';

createWorkspace('apps', JSON.parse(process.argv[2]!) as Parameters<typeof createWorkspace>[1]).catch(
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  },
);
