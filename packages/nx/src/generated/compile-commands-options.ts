// Generated from ../plugin/compile-commands/schema.json by tools/schemas.mjs: do not edit.

/**
 * Writes compile_commands.json for clangd: the project's own in .bringup/clangd/PROJECT, and the workspace's in .bringup/clangd, where the project that was asked for last comes first. The graph plugin adds it to each kernel, kernel module, BusyBox and U-Boot project. Compiles what was not compiled on this machine.
 */
export interface CompileCommandsOptions {}

/** The defaults of the schema, as Nx fills them in. */
export const compileCommandsDefaults: Required<Pick<CompileCommandsOptions, never>> = {};

/** The options once the defaults are filled in. */
export type FullCompileCommandsOptions = CompileCommandsOptions & typeof compileCommandsDefaults;
