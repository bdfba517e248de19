// Generated from ../kinds/kconfig/diffconfig/schema.json by tools/schemas.mjs: do not edit.

/**
 * Prints how the configuration of one variant differs from another's, as the kernel's scripts/diffconfig does. The variant is the Nx configuration: nx run kernel:diffconfig --configuration=debug.
 */
export interface DiffconfigOptions {
  /**
   * Variant to compare with; the default one without it.
   */
  against?: string;
  /**
   * Print the difference as lines of a fragment.
   */
  fragment?: boolean;
  /**
   * Print a JSON array of symbol, before, after.
   */
  json?: boolean;
}

/** The defaults of the schema, as Nx fills them in. */
export const diffconfigDefaults: Required<Pick<DiffconfigOptions, 'fragment' | 'json'>> = {
  fragment: false,
  json: false,
};

/** The options once the defaults are filled in. */
export type FullDiffconfigOptions = DiffconfigOptions & typeof diffconfigDefaults;
