// Generated from ../generators/program/schema.json by tools/schemas.mjs: do not edit.

/**
 * Adds a program of your own in C, and puts it into an initramfs.
 */
export interface ProgramGeneratorOptions {
  /**
   * Name of the project.
   */
  name: string;
  /**
   * Target architecture, by the kernel's name.
   */
  arch: 'arm64' | 'x86_64' | 'riscv64' | 'arm' | 'i386' | 's390x' | 'ppc64le' | 'mips64el' | 'loongarch64';
  /**
   * Name of an initramfs project that is to have the program, as /usr/bin/NAME; without one it is only built.
   */
  initramfs?: string;
  /**
   * The project's directory, relative to the workspace root; default: its name.
   */
  directory?: string;
}

/** The defaults of the schema, as Nx fills them in. */
export const programGeneratorDefaults: Required<Pick<ProgramGeneratorOptions, never>> = {};

/** The options once the defaults are filled in. */
export type FullProgramGeneratorOptions = ProgramGeneratorOptions & typeof programGeneratorDefaults;
