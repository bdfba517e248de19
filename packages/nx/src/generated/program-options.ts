// Generated from ../kinds/program/schema.json by tools/schemas.mjs: do not edit.

/**
 * Builds one program of the guest's user space from C and assembly, with or without the C library, or from Rust. An initramfs takes it as PROJECT:OUTPUT.
 */
export interface ProgramOptions {
  /**
   * Target architecture, by the kernel's name.
   */
  arch: 'arm64' | 'x86_64' | 'riscv64' | 'arm' | 'i386' | 's390x' | 'ppc64le' | 'mips64el' | 'loongarch64';
  /**
   * C (`.c`) and assembly (`.S`, preprocessed; `.s`, not) in the order they are linked, or the root of one Rust crate without dependencies (`.rs`), relative to the workspace root ({projectRoot} is understood).
   *
   * @minItems 1
   */
  sources: string[];
  /**
   * What sources include beyond what comes with the compiler and the C library, or a crate's modules (`{projectRoot}/src/*.rs`): files, or globs inside the workspace (`{projectRoot}/include/*.h`; `*`, `?`, and `**` for any number of directories). Also libraries and scripts that linkerFlags name. A file that is read and is not listed fails the build.
   */
  headers?: string[];
  /**
   * File name of the program. Default: the project's name.
   */
  output?: string;
  /**
   * Link statically. When false, the C library and the loader have to be in the guest.
   */
  static?: boolean;
  /**
   * Link the C library and its start code. When false: freestanding (-ffreestanding -fno-stack-protector -fno-pie, -nostdlib -static), with nothing but the sources and libgcc. For Rust: -nostdlib and -Cpanic=abort, for a crate with #![no_std] and #![no_main].
   */
  libc?: boolean;
  /**
   * Symbol where the program starts. Default: the C library's start code; without that `_start`.
   */
  entry?: string;
  /**
   * Flags for C and assembly, after Bringup's own; default: `-Os`. For Rust: `-Copt-level=3` and other code generation in one word, `--edition=2018` (2021 otherwise), `--cfg=…`, lints (`-Dwarnings`); default: `-Copt-level=s`. Paths in them are relative to the workspace root: `-I{projectRoot}/include`.
   */
  compilerFlags?: string[];
  /**
   * Flags for the compiler driver when it links, after the objects: `-lm`, `-Wl,-z,noseparate-code`. Archives and scripts that they name belong into `headers`.
   */
  linkerFlags?: string[];
  /**
   * Publish the program stripped, and beside it OUTPUT.debug with symbols and debug information. When false, OUTPUT itself has them.
   */
  strip?: boolean;
  /**
   * Prefix of the toolchain, as aarch64-linux-gnu-; chosen from arch by default.
   */
  crossCompile?: string;
  /**
   * Directory of the published artifacts, relative to the workspace root. Default: dist/PROJECT.
   */
  outputPath?: string;
}

/** The defaults of the schema, as Nx fills them in. */
export const programDefaults: Required<
  Pick<ProgramOptions, 'headers' | 'static' | 'libc' | 'linkerFlags' | 'strip'>
> = { headers: [], static: true, libc: true, linkerFlags: [], strip: true };

/** The options once the defaults are filled in. */
export type FullProgramOptions = ProgramOptions & typeof programDefaults;
