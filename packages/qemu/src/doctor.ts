interface KnownFailure {
  /** Matched against the console and QEMU's stderr. */
  pattern: RegExp;
  /** Cause and remedy. */
  advice: string;
}

/** Failures that beginners and experts meet alike, by what they look like. */
const KNOWN_FAILURES: readonly KnownFailure[] = [
  {
    pattern: /PVH ELF Note|could not load kernel|invalid kernel header/i,
    advice:
      'the kernel is not a bootable image: give arch/x86/boot/bzImage or arch/arm64/boot/Image, not vmlinux',
  },
  {
    pattern: /too old to load a ram disk/i,
    advice: 'QEMU took the kernel for something else: give bzImage, not vmlinux or a compressed copy',
  },
  {
    pattern: /VFS: Unable to mount root fs|Cannot open root device/,
    advice:
      'no root file system was found: give an initramfs (CONFIG_BLK_DEV_INITRD=y, and the decompressor it needs, as CONFIG_RD_GZIP), or root= with the driver built in',
  },
  {
    pattern: /No working init found/,
    advice:
      'no init could be executed: it must be at /init of the initramfs, executable, static or with its libraries, for this architecture (CONFIG_BINFMT_ELF; CONFIG_BINFMT_SCRIPT for a script)',
  },
  {
    pattern: /Attempted to kill init/,
    advice: 'init ended, which it must never do: end /init with `exec sh`, or with a power-off',
  },
  {
    pattern: /can't (open|run) '?\/etc\/init\.d\/rcS|can't open \/dev\/tty\d/,
    advice:
      "BusyBox's init runs its built-in defaults: put an /etc/inittab, and what it names, into the initramfs",
  },
  {
    pattern: /unable to open an initial console/,
    advice: 'the root file system has no /dev/console (character device 5, 1)',
  },
];

/** Cause and remedy of the known failures in this text. */
export function diagnose(text: string): string[] {
  return KNOWN_FAILURES.filter(({ pattern }) => pattern.test(text)).map(({ advice }) => advice);
}
