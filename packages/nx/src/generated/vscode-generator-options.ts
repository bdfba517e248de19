// Generated from ../generators/vscode/schema.json by tools/schemas.mjs: do not edit.

/**
 * Sets VS Code up for boards: launch.json debugs a board's kernel, tasks.json runs, tests and stops it and makes compile_commands.json, settings.json points clangd at that. Existing content of these files is kept, comments included. Run it again after you change a board.
 */
export interface VscodeGeneratorOptions {
  /**
   * Names of board projects, divided by commas; without any, all boards of the workspace.
   */
  boards?: string[];
  /**
   * Variant to debug. Default: that of the board's kernel which has the fragment preset:debug, because gdb cannot step through code without debug information.
   */
  configuration?: string;
}

/** The defaults of the schema, as Nx fills them in. */
export const vscodeGeneratorDefaults: Required<Pick<VscodeGeneratorOptions, 'boards'>> = { boards: [] };

/** The options once the defaults are filled in. */
export type FullVscodeGeneratorOptions = VscodeGeneratorOptions & typeof vscodeGeneratorDefaults;
