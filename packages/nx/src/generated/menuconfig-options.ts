// Generated from ../kinds/kconfig/menuconfig/schema.json by tools/schemas.mjs: do not edit.

/**
 * Opens menuconfig or nconfig on the merged configuration, and writes what was changed into a fragment: the smallest set of lines, comments and order kept.
 */
export interface MenuconfigOptions {
  /**
   * The tree's own editor to open.
   */
  editor?: 'menuconfig' | 'nconfig';
  /**
   * Fragment to write to, one of the project's own; the last one without it.
   */
  fragment?: string;
  /**
   * Remove lines that have no effect any more (or keep them), without asking.
   */
  removeRedundant?: boolean;
}

/** The defaults of the schema, as Nx fills them in. */
export const menuconfigDefaults: Required<Pick<MenuconfigOptions, 'editor'>> = { editor: 'menuconfig' };

/** The options once the defaults are filled in. */
export type FullMenuconfigOptions = MenuconfigOptions & typeof menuconfigDefaults;
