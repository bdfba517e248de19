// Generated from ../kinds/board/attach/schema.json by tools/schemas.mjs: do not edit.

/**
 * Puts this terminal on the console of a board that runs detached, with the last of its earlier output. Ctrl-A D detaches, Ctrl-A X ends the board, Ctrl-A C is QEMU's monitor.
 */
export interface AttachOptions {
  /**
   * Which of the board's runs: an id that ps shows. Not needed where there is one.
   */
  id?: string;
}

/** The defaults of the schema, as Nx fills them in. */
export const attachDefaults: Required<Pick<AttachOptions, never>> = {};

/** The options once the defaults are filled in. */
export type FullAttachOptions = AttachOptions & typeof attachDefaults;
