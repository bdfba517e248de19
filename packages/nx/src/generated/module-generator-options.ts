// Generated from ../generators/module/schema.json by tools/schemas.mjs: do not edit.

/**
 * Adds a kernel module of your own, out of the kernel's tree, and lets an initramfs load it.
 */
export interface ModuleGeneratorOptions {
  /**
   * Name of the project, and of the module.
   */
  name: string;
  /**
   * Name of the kernel project that it is built against; its configuration has to have CONFIG_MODULES (preset:modules).
   */
  kernel: string;
  /**
   * Name of an initramfs project that is to load the module; without one it is only built.
   */
  initramfs?: string;
  /**
   * The project's directory, relative to the workspace root; default: its name.
   */
  directory?: string;
}

/** The defaults of the schema, as Nx fills them in. */
export const moduleGeneratorDefaults: Required<Pick<ModuleGeneratorOptions, never>> = {};

/** The options once the defaults are filled in. */
export type FullModuleGeneratorOptions = ModuleGeneratorOptions & typeof moduleGeneratorDefaults;
