// Generated from ../generators/busybox/schema.json by tools/schemas.mjs: do not edit.

/**
 * Adds a static BusyBox: its defconfig, and a fragment of its own.
 */
export interface BusyboxGeneratorOptions {
  /**
   * Name of the project.
   */
  name: string;
  /**
   * Target architecture, by the kernel's name.
   */
  arch: 'arm64' | 'x86_64' | 'riscv64' | 'arm' | 'i386' | 's390x' | 'ppc64le' | 'mips64el' | 'loongarch64';
  /**
   * Where the source comes from: debian (its own package, the default), the URL of a tarball (with sha256) or of a git repository (with tag, branch or commit), or a directory.
   */
  source?: string;
  /**
   * SHA-256 of the tarball that source names: 64 hex digits.
   */
  sha256?: string;
  /**
   * Tag of the git repository that source names, as v6.12.
   */
  tag?: string;
  /**
   * Branch of the git repository that source names: the commit that it leads to is locked, until update is run.
   */
  branch?: string;
  /**
   * Commit of the git repository that source names: 40 hex digits.
   */
  commit?: string;
  /**
   * The project's directory, relative to the workspace root; default: its name.
   */
  directory?: string;
}

/** The defaults of the schema, as Nx fills them in. */
export const busyboxGeneratorDefaults: Required<Pick<BusyboxGeneratorOptions, never>> = {};

/** The options once the defaults are filled in. */
export type FullBusyboxGeneratorOptions = BusyboxGeneratorOptions & typeof busyboxGeneratorDefaults;
