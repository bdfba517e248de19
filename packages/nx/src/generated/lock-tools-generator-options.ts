// Generated from ../generators/lock-tools/schema.json by tools/schemas.mjs: do not edit.

/**
 * Writes the versions of this machine's tools to bringup.lock, for all projects and variants of the workspace. Entries of sources, and of tools that this machine lacks, are left unchanged.
 */
export interface LockToolsGeneratorOptions {}

/** The defaults of the schema, as Nx fills them in. */
export const lockToolsGeneratorDefaults: Required<Pick<LockToolsGeneratorOptions, never>> = {};

/** The options once the defaults are filled in. */
export type FullLockToolsGeneratorOptions = LockToolsGeneratorOptions & typeof lockToolsGeneratorDefaults;
