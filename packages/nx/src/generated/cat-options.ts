// Generated from ../images/cat/schema.json by tools/schemas.mjs: do not edit.

/**
 * Prints a file of a partition of a disk image, without mounting it.
 */
export interface CatOptions {
  /**
   * An image of the workspace or elsewhere, in place of the project's own; relative to the workspace root.
   */
  image?: string;
  /**
   * Format of the image. Default: looked at.
   */
  format?: 'raw' | 'qcow2' | 'vmdk' | 'vdi';
  /**
   * Number or name of the partition; not needed where there is one.
   */
  partition?: number | string;
  /**
   * File in the partition.
   */
  path: string;
}

/** The defaults of the schema, as Nx fills them in. */
export const catDefaults: Required<Pick<CatOptions, never>> = {};

/** The options once the defaults are filled in. */
export type FullCatOptions = CatOptions & typeof catDefaults;
