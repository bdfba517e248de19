// Generated from ../kinds/board/console/schema.json by tools/schemas.mjs: do not edit.

/**
 * Prints what a running board's console said so far. It needs no terminal, and serves runs of every kind.
 */
export interface ConsoleOptions {
  /**
   * Which of the board's runs: an id that ps shows. Not needed where there is one.
   */
  id?: string;
  /**
   * Go on with what comes, until the board ends.
   */
  follow?: boolean;
  /**
   * Only the lines within the last so many bytes. Default: everything.
   */
  tail?: number;
}

/** The defaults of the schema, as Nx fills them in. */
export const consoleDefaults: Required<Pick<ConsoleOptions, 'follow'>> = { follow: false };

/** The options once the defaults are filled in. */
export type FullConsoleOptions = ConsoleOptions & typeof consoleDefaults;
