// Generated from ../generators/kernel/schema.json by tools/schemas.mjs: do not edit.

/**
 * Adds a Linux kernel for a machine of QEMU: tinyconfig, the presets that the machine needs, and a fragment of its own.
 */
export interface KernelGeneratorOptions {
  /**
   * Name of the project.
   */
  name: string;
  /**
   * Target architecture, by the kernel's name.
   */
  arch: 'arm64' | 'x86_64' | 'riscv64' | 'arm' | 'i386' | 's390x' | 'ppc64le' | 'mips64el' | 'loongarch64';
  /**
   * Machine of QEMU that it is for; default: the generic one of the architecture (see board). Its presets are the first fragments.
   */
  machine?: string;
  /**
   * Fragments besides the machine's presets, in order: a path relative to the workspace root, preset:NAME, or tree:NAME.
   */
  fragments?: string[];
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
export const kernelGeneratorDefaults: Required<Pick<KernelGeneratorOptions, 'fragments'>> = { fragments: [] };

/** The options once the defaults are filled in. */
export type FullKernelGeneratorOptions = KernelGeneratorOptions & typeof kernelGeneratorDefaults;
