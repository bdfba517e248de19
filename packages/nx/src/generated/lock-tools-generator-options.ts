// Generated from ../generators/lock-tools/schema.json by tools/schemas.mjs: do not edit.

/**
 * Takes the tools of this machine into bringup.lock, for all projects and variants of the workspace. Sources stay as they are, and so do the entries of tools that this machine lacks.
 */
export interface LockToolsGeneratorOptions {}

/** The defaults of the schema, as Nx fills them in. */
export const lockToolsGeneratorDefaults: Required<Pick<LockToolsGeneratorOptions, never>> = {};

/** The options once the defaults are filled in. */
export type FullLockToolsGeneratorOptions = LockToolsGeneratorOptions & typeof lockToolsGeneratorDefaults;
