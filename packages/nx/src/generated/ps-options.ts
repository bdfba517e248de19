// Generated from ../kinds/board/ps/schema.json by tools/schemas.mjs: do not edit.

/**
 * Lists the runs of a board: started with --detach, on a terminal, and tests.
 */
export interface PsOptions {
  /**
   * The runs of every board of every workspace of this user.
   */
  all?: boolean;
  /**
   * Print the runs as a JSON array, with the paths of their sockets.
   */
  json?: boolean;
}

/** The defaults of the schema, as Nx fills them in. */
export const psDefaults: Required<Pick<PsOptions, 'all' | 'json'>> = { all: false, json: false };

/** The options once the defaults are filled in. */
export type FullPsOptions = PsOptions & typeof psDefaults;
