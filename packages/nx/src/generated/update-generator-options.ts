// Generated from ../generators/update/schema.json by tools/schemas.mjs: do not edit.

/**
 * Moves bringup.lock on for the whole workspace: the newest version of each project's source, and the versions of this machine's tools for all projects and variants. It says in one line what it moved. A Debian package that the archive does not have is replaced by what its "fallback" matches. Entries of tools that this machine lacks are left unchanged; so is the source of a project that fails, which is reported at the end.
 */
export interface UpdateGeneratorOptions {
  /**
   * Change only what this machine cannot satisfy: a source that is not locked, a source version that the archive no longer has and that is not in the store, a tool of another version.
   */
  ifNeeded?: boolean;
  /**
   * Print JSON, for scripts; use it with --quiet, so that Nx prints nothing else.
   */
  json?: boolean;
}

/** The defaults of the schema, as Nx fills them in. */
export const updateGeneratorDefaults: Required<Pick<UpdateGeneratorOptions, 'ifNeeded' | 'json'>> = {
  ifNeeded: false,
  json: false,
};

/** The options once the defaults are filled in. */
export type FullUpdateGeneratorOptions = UpdateGeneratorOptions & typeof updateGeneratorDefaults;
