// Generated from ../host/update/schema.json by tools/schemas.mjs: do not edit.

/**
 * Resolves this project's source and asks this machine's tools for their versions, and writes both to bringup.lock.
 */
export interface UpdateOptions {
  /**
   * Change only what this machine cannot satisfy: a source version that the archive no longer has and that is not in the store, a tool of another version.
   */
  ifNeeded?: boolean;
  /**
   * Print the project's lock entries as JSON.
   */
  json?: boolean;
}

/** The defaults of the schema, as Nx fills them in. */
export const updateDefaults: Required<Pick<UpdateOptions, 'ifNeeded' | 'json'>> = {
  ifNeeded: false,
  json: false,
};

/** The options once the defaults are filled in. */
export type FullUpdateOptions = UpdateOptions & typeof updateDefaults;
