// Generated from ../generators/ci/schema.json by tools/schemas.mjs: do not edit.

/**
 * Adds a pipeline that builds and tests what a change affects, with caches for Nx, sources and compilers, on Debian.
 */
export interface CiGeneratorOptions {
  /**
   * Whose pipeline: GitHub Actions, or GitLab CI.
   */
  provider: 'github' | 'gitlab';
  /**
   * The main branch: what other branches are compared with.
   */
  branch?: string;
}

/** The defaults of the schema, as Nx fills them in. */
export const ciGeneratorDefaults: Required<Pick<CiGeneratorOptions, 'branch'>> = { branch: 'main' };

/** The options once the defaults are filled in. */
export type FullCiGeneratorOptions = CiGeneratorOptions & typeof ciGeneratorDefaults;
