// Generated from ../images/copy/schema.json by tools/schemas.mjs: do not edit.

/**
 * Copies a file or directory out of a partition of a disk image, or a file into one, without mounting it.
 */
export interface CopyOptions {
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
   * Source: a path in the partition; with into, a file relative to the workspace root.
   */
  from: string;
  /**
   * Destination: relative to the workspace root; with into, a path in the partition.
   */
  to: string;
  /**
   * Copy into the image that the option image names. The project's own image is what its options say: add the file there.
   */
  into?: boolean;
  /**
   * Overwrite existing files.
   */
  force?: boolean;
  /**
   * Copy symbolic links as what they are, wherever they lead; without it they are left out and named.
   */
  symlinks?: boolean;
}

/** The defaults of the schema, as Nx fills them in. */
export const copyDefaults: Required<Pick<CopyOptions, 'into' | 'force' | 'symlinks'>> = {
  into: false,
  force: false,
  symlinks: false,
};

/** The options once the defaults are filled in. */
export type FullCopyOptions = CopyOptions & typeof copyDefaults;
