// Generated from ../generators/init/schema.json by tools/schemas.mjs: do not edit.

/**
 * Sets a workspace up for Bringup: the plugin in nx.json, what builds keep in .gitignore and .nxignore. Every other generator does it by itself.
 */
export interface InitGeneratorOptions {
  /**
   * Presets to copy to workspace-configs/kconfig, to be edited and named in fragments by their path; preset:NAME stays the one that ships with Bringup. An existing copy is left unchanged.
   */
  presets?: string[];
}

/** The defaults of the schema, as Nx fills them in. */
export const initGeneratorDefaults: Required<Pick<InitGeneratorOptions, 'presets'>> = { presets: [] };

/** The options once the defaults are filled in. */
export type FullInitGeneratorOptions = InitGeneratorOptions & typeof initGeneratorDefaults;
