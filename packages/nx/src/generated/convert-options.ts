// Generated from ../images/convert/schema.json by tools/schemas.mjs: do not edit.

/**
 * Writes a disk image in another format. Same content and format, same bytes.
 */
export interface ConvertOptions {
  /**
   * An image of the workspace or elsewhere, in place of the project's own; relative to the workspace root.
   */
  image?: string;
  /**
   * Format of the image. Default: looked at.
   */
  format?: 'raw' | 'qcow2' | 'vmdk' | 'vdi';
  /**
   * Format to write.
   */
  to: 'raw' | 'qcow2' | 'qcow2-compressed' | 'vmdk' | 'vdi';
  /**
   * File to write, relative to the workspace root.
   */
  output: string;
}

/** The defaults of the schema, as Nx fills them in. */
export const convertDefaults: Required<Pick<ConvertOptions, never>> = {};

/** The options once the defaults are filled in. */
export type FullConvertOptions = ConvertOptions & typeof convertDefaults;
