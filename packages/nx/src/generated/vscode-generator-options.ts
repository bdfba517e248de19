// Generated from ../generators/vscode/schema.json by tools/schemas.mjs: do not edit.

/**
 * Sets VS Code up for boards: launch.json debugs a board's kernel, tasks.json runs, tests and stops it and makes compile_commands.json, settings.json points clangd at that. What is in these files stays, comments too; run it again after a change of a board.
 */
export interface VscodeGeneratorOptions {
  /**
   * Names of board projects, divided by commas; without any, all boards of the workspace.
   */
  boards?: string[];
  /**
   * Variant to debug. Default: that of the board's kernel which has the fragment preset:debug, for without debug information there is nothing to step through.
   */
  configuration?: string;
}

/** The defaults of the schema, as Nx fills them in. */
export const vscodeGeneratorDefaults: Required<Pick<VscodeGeneratorOptions, 'boards'>> = { boards: [] };

/** The options once the defaults are filled in. */
export type FullVscodeGeneratorOptions = VscodeGeneratorOptions & typeof vscodeGeneratorDefaults;
