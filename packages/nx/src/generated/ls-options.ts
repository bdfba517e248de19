// Generated from ../images/ls/schema.json by tools/schemas.mjs: do not edit.

/**
 * Lists the files of a partition of a disk image, without mounting it; without a path and with several partitions, the partitions.
 */
export interface LsOptions {
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
   * Directory or file in the partition. Default: its root.
   */
  path?: string;
  /**
   * With everything below.
   */
  recursive?: boolean;
  /**
   * Print the list as JSON.
   */
  json?: boolean;
}

/** The defaults of the schema, as Nx fills them in. */
export const lsDefaults: Required<Pick<LsOptions, 'recursive' | 'json'>> = { recursive: false, json: false };

/** The options once the defaults are filled in. */
export type FullLsOptions = LsOptions & typeof lsDefaults;
