// Generated from ../kinds/kconfig/savedefconfig/schema.json by tools/schemas.mjs: do not edit.

/**
 * Prints the smallest defconfig that leads to the project's configuration, made by the tree's own savedefconfig.
 */
export interface SavedefconfigOptions {
  /**
   * File to write it to instead, relative to the workspace root.
   */
  output?: string;
}

/** The defaults of the schema, as Nx fills them in. */
export const savedefconfigDefaults: Required<Pick<SavedefconfigOptions, never>> = {};

/** The options once the defaults are filled in. */
export type FullSavedefconfigOptions = SavedefconfigOptions & typeof savedefconfigDefaults;
