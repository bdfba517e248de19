// Generated from ../kinds/u-boot/schema.json by tools/schemas.mjs: do not edit.

import type { SharedOptions } from './shared-options.js';

/**
 * Builds U-Boot out of tree and publishes what it is booted from (u-boot.bin; for x86_64 u-boot.rom), u-boot (ELF), its default environment (u-boot-initial-env), mkimage, dumpimage and .config.
 */
export interface UBootOptions {
  /**
   * Target architecture, by the kernel's name.
   */
  arch: 'arm64' | 'x86_64' | 'riscv64' | 'arm' | 'i386' | 's390x' | 'ppc64le' | 'mips64el' | 'loongarch64';
  /**
   * Where the source comes from. Resolved once into bringup.lock by the update target, fetched only when something must be compiled.
   */
  source: SharedOptions['source'];
  /**
   * Patches that are applied to the source, in order, as patch -p1 does: files relative to the workspace root, globs (patches/*.patch, in the order of their names), or a quilt series (a file named series, which lists patches of its directory, with -pN where it differs). Mailboxes of git format-patch are read. After an edit of a patch, what depends on the files that it changes is compiled.
   */
  patches?: SharedOptions['patches'];
  /**
   * Starting point of the configuration: a goal of the tree (defconfig, tinyconfig, allnoconfig, NAME_defconfig), or the path of a complete .config, which must contain a slash. Default: defconfig; for U-Boot, the defconfig of QEMU's machine for the arch, as qemu_arm64_defconfig.
   */
  base?: string;
  /**
   * Configuration fragments in order, later ones winning: a path relative to the workspace root ({projectRoot} is understood), preset:NAME for one that ships with Bringup, tree:NAME for one of the source tree (tree:virt.config). Where the tree has both a general and an architecture's NAME, both are merged, as make NAME does. A comment right above a line says that it may be lost (# optional: REASON), or for which versions of the source it is (# since: 5.18, # before: 6.2).
   */
  fragments?: SharedOptions['fragments'];
  /**
   * Fragments after those of fragments: what a configuration (a variant, as debug) adds without repeating the others.
   */
  extraFragments?: SharedOptions['extraFragments'];
  /**
   * Prefix of the toolchain, as aarch64-linux-gnu-; chosen from arch by default.
   */
  crossCompile?: string;
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
export const uBootDefaults: Required<
  Pick<UBootOptions, 'patches' | 'fragments' | 'extraFragments' | 'ccache'>
> = { patches: [], fragments: [], extraFragments: [], ccache: true };

/** The options once the defaults are filled in. */
export type FullUBootOptions = UBootOptions & typeof uBootDefaults;
