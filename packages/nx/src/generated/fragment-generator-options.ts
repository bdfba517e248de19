// Generated from ../generators/fragment/schema.json by tools/schemas.mjs: do not edit.

/**
 * Adds a configuration fragment to a kernel, BusyBox or U-Boot project, as the last of its fragments or for a variant of it.
 */
export interface FragmentGeneratorOptions {
  /**
   * Name of the fragment: the file is NAME.config in the project's directory.
   */
  name: string;
  /**
   * Name of the kernel, BusyBox or U-Boot project.
   */
  project: string;
  /**
   * Symbols and their values, as `EXT4_FS=y` or `DEBUG_INFO=n`; `CONFIG_` may stand before them.
   */
  set?: string[];
  /**
   * Variant (configuration of Nx) that alone has the fragment: nx run PROJECT:build -c VARIANT. Without one every build has it.
   */
  variant?: string;
}

/** The defaults of the schema, as Nx fills them in. */
export const fragmentGeneratorDefaults: Required<Pick<FragmentGeneratorOptions, 'set'>> = { set: [] };

/** The options once the defaults are filled in. */
export type FullFragmentGeneratorOptions = FragmentGeneratorOptions & typeof fragmentGeneratorDefaults;
