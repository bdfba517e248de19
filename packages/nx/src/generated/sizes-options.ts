// Generated from ../images/sizes/schema.json by tools/schemas.mjs: do not edit.

/**
 * Prints the size of an image and of its parts: kernels, initramfs and the largest files in them. The graph plugin adds it to each disk-image and iso-image project.
 */
export interface SizesOptions {
  /**
   * Print the list as JSON: name, project, bytes, and what is in it.
   */
  json?: boolean;
}

/** The defaults of the schema, as Nx fills them in. */
export const sizesDefaults: Required<Pick<SizesOptions, 'json'>> = { json: false };

/** The options once the defaults are filled in. */
export type FullSizesOptions = SizesOptions & typeof sizesDefaults;
