// Generated from ../kinds/kernel-module/schema.json by tools/schemas.mjs: do not edit.

/**
 * Builds a kernel module out of the kernel's tree (make M=), by the Kbuild or Makefile in the project's directory, against a kernel project. An initramfs takes it by its option `modules`. Publishes NAME.ko for the guest and NAME.ko.debug with debug information.
 */
export interface KernelModuleOptions {
  /**
   * Name of the kernel project that it is for. Its arch, source, toolchain, .config and Module.symvers are used; with -c VARIANT those of that variant. It needs CONFIG_MODULES.
   */
  kernel: string;
  /**
   * All that the module is made from, Kbuild or Makefile included: files, or globs inside the workspace (`*`, `?`, and `**` for any number of directories); {projectRoot} is understood. make sees nothing else of the workspace. Default: every file of the project's directory that git does not ignore, but project.json and what make leaves there.
   *
   * @minItems 1
   */
  sources?: string[];
  /**
   * Compile through ccache where it is installed.
   */
  ccache?: boolean;
  /**
   * Parallel jobs of make; default: the number of CPUs.
   */
  jobs?: number;
  /**
   * Directory of the published artifacts, relative to the workspace root. Default: dist/PROJECT.
   */
  outputPath?: string;
}

/** The defaults of the schema, as Nx fills them in. */
export const kernelModuleDefaults: Required<Pick<KernelModuleOptions, 'ccache'>> = { ccache: true };

/** The options once the defaults are filled in. */
export type FullKernelModuleOptions = KernelModuleOptions & typeof kernelModuleDefaults;
