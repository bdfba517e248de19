// Generated from ../generators/prune/schema.json by tools/schemas.mjs: do not edit.

/**
 * Lists what builds keep on this machine, and removes by age and size what can be made or fetched again: kept directories of this workspace (.bringup/build), and the sources in the store (BRINGUP_HOME), which all workspaces share. Without a criterion it removes nothing. It never removes what a running process uses, the UEFI variables of a board, or, unless lockedSources is set, a source that this workspace's lock names. Artifacts published in dist are kept.
 */
export interface PruneGeneratorOptions {
  /**
   * Remove what was not used for longer than this: a number and h (hours), d (days) or w (weeks), such as 30d.
   */
  olderThan?: string | number;
  /**
   * Remove what was used longest ago until the rest, kept directories and store together, takes no more than this: bytes, or a number and K, M, G or T, such as 20G. Entries whose project no longer exists go first.
   */
  maxSize?: string | number;
  /**
   * Remove the kept directories of projects and variants that the workspace no longer has.
   */
  removedProjects?: boolean;
  /**
   * Also remove sources that this workspace's bringup.lock names. The next build fetches them again, which fails when the archive no longer has them.
   */
  lockedSources?: boolean;
  /**
   * Print JSON, for scripts; use it with --quiet, so that Nx prints nothing else.
   */
  json?: boolean;
}

/** The defaults of the schema, as Nx fills them in. */
export const pruneGeneratorDefaults: Required<
  Pick<PruneGeneratorOptions, 'removedProjects' | 'lockedSources' | 'json'>
> = { removedProjects: false, lockedSources: false, json: false };

/** The options once the defaults are filled in. */
export type FullPruneGeneratorOptions = PruneGeneratorOptions & typeof pruneGeneratorDefaults;
