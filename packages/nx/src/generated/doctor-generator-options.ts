// Generated from ../generators/doctor/schema.json by tools/schemas.mjs: do not edit.

/**
 * Lists every program of the host that this workspace's targets need, with its version or as missing, and the line that installs what is missing. Changes nothing; fails when something is missing.
 */
export interface DoctorGeneratorOptions {
  /**
   * Print JSON, for scripts; use it with --quiet, so that Nx prints nothing else.
   */
  json?: boolean;
  /**
   * Look only at what this project and those that it needs ask for.
   */
  project?: string;
}

/** The defaults of the schema, as Nx fills them in. */
export const doctorGeneratorDefaults: Required<Pick<DoctorGeneratorOptions, 'json'>> = { json: false };

/** The options once the defaults are filled in. */
export type FullDoctorGeneratorOptions = DoctorGeneratorOptions & typeof doctorGeneratorDefaults;
