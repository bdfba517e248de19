// Generated from ../kinds/u-boot/schema.json by tools/schemas.mjs: do not edit.

/**
 * Builds U-Boot out of tree and publishes what it is booted from (u-boot.bin; for x86_64 u-boot.rom), u-boot (ELF), its default environment (u-boot-initial-env), mkimage, dumpimage and .config.
 */
export interface UBootOptions {
  /**
   * Target architecture, by the kernel's name.
   */
  arch: 'arm64' | 'x86_64' | 'riscv64' | 'arm';
  /**
   * Where the source comes from. Resolved once into bringup.lock by the update target, fetched only when something must be compiled.
   */
  source: DebianPackageWithASourceTarballInIt | DebianSourcePackage | Tarball | GitRepository | Directory;
  /**
   * What the configuration starts from: a goal of the tree (defconfig, tinyconfig, allnoconfig, NAME_defconfig), or the path of a whole .config, which must contain a slash. Default: defconfig; for U-Boot the one for QEMU's machine of the arch, as qemu_arm64_defconfig.
   */
  base?: string;
  /**
   * Configuration fragments in order, later ones winning: a path relative to the workspace root ({projectRoot} is understood), preset:NAME for one that ships with Bringup, tree:NAME for one of the source tree (tree:virt.config), the general one and the architecture's where there are both, as make NAME does.
   */
  fragments?: string[];
  /**
   * Fragments after those of fragments: what a configuration (a variant, as debug) adds without repeating the others.
   */
  extraFragments?: string[];
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
export interface DebianPackageWithASourceTarballInIt {
  kind: 'debian-package';
  /**
   * Name of the binary package, as linux-source-6.1.
   */
  package: string;
  /**
   * Glob of package names: the newest match is taken where this Debian does not have the package.
   */
  fallback?: string;
}
export interface DebianSourcePackage {
  kind: 'debian-source';
  /**
   * Name of the source package, as busybox. Debian's patches are applied.
   */
  package: string;
}
export interface Tarball {
  kind: 'tarball';
  /**
   * http, https or file URL, or a list of mirrors that are tried in order.
   */
  url: string | string[];
  /**
   * Of the tarball: 64 hex digits.
   */
  sha256: string;
  /**
   * Leading path components to drop while unpacking.
   */
  stripComponents?: number;
}
export interface GitRepository {
  kind: 'git';
  /**
   * https, http, ssh, git or file URL, or a list of mirrors that are tried in order. One commit is fetched, without history and submodules.
   */
  url: string | string[];
  /**
   * Tag, as v6.12. Exactly one of tag, branch and commit is given. Its commit is locked, and stays when the tag is moved, until update is run.
   */
  tag?: string;
  /**
   * Branch. The commit that it leads to when update is run is locked.
   */
  branch?: string;
  /**
   * Commit: 40 hex digits, or 64 of a repository with SHA-256.
   */
  commit?: string;
}
export interface Directory {
  kind: 'directory';
  /**
   * Relative to the workspace root, or absolute. Its content is hashed at each run; nothing is written into it.
   */
  path: string;
}

/** The defaults of the schema, as Nx fills them in. */
export const uBootDefaults: Required<Pick<UBootOptions, 'fragments' | 'extraFragments' | 'ccache'>> = {
  fragments: [],
  extraFragments: [],
  ccache: true,
};

/** The options once the defaults are filled in. */
export type FullUBootOptions = UBootOptions & typeof uBootDefaults;
