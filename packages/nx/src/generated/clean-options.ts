// Generated from ../storage/clean/schema.json by tools/schemas.mjs: do not edit.

/**
 * Removes what is kept below .bringup to make a project's next build fast: output directories, kernels prepared for modules, logs, and the project's compile_commands.json. Waits for tasks that work in them. A configuration limits it to that variant. Neither what is published in dist nor Nx's cache is removed (npx nx reset removes the latter), so that a build without changes is still a cache hit.
 */
export interface CleanOptions {
  /**
   * Print what was removed as JSON: paths and bytes.
   */
  json?: boolean;
}

/** The defaults of the schema, as Nx fills them in. */
export const cleanDefaults: Required<Pick<CleanOptions, 'json'>> = { json: false };

/** The options once the defaults are filled in. */
export type FullCleanOptions = CleanOptions & typeof cleanDefaults;
