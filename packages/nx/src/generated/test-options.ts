// Generated from ../kinds/board/test/schema.json by tools/schemas.mjs: do not edit.

import type { SharedOptions } from './shared-options.js';

/**
 * Boots a board, waits for a pattern, runs commands in the guest's shell, compares what they print, and powers the guest off. A panic, a time-out or a wrong answer fails the target, unless it is what expect asks for.
 */
export interface TestOptions {
  /**
   * Target architecture, by the kernel's name.
   */
  arch: 'arm64' | 'x86_64' | 'riscv64' | 'arm' | 'i386' | 's390x' | 'ppc64le' | 'mips64el' | 'loongarch64';
  /**
   * Name of the kernel project.
   */
  kernel?: string;
  /**
   * Name of the initramfs project; without one the guest gets no initrd.
   */
  initramfs?: string;
  /**
   * How the board gets to its kernel. Without it QEMU loads kernel and initramfs itself.
   */
  boot?: SharedOptions['boot'];
  /**
   * Device tree that QEMU gives the kernel instead of the machine's own: PROJECT:NAME.dtb of a kernel project that publishes it (dtbs), or a path relative to the workspace root.
   */
  dtb?: string;
  /**
   * QEMU machine type; default: the generic one of the architecture: virt; q35 for x86_64 and i386, or pc under U-Boot; s390-ccw-virtio; pseries; malta.
   */
  machine?: string;
  /**
   * QEMU CPU model; chosen from the arch and the accelerator by default.
   */
  cpu?: string;
  /**
   * Number of CPUs of the guest.
   */
  smp?: number;
  /**
   * Memory of the guest, in MiB.
   */
  memory?: number;
  /**
   * Network cards of the guest, and what each is plugged into. Without one it has no network.
   */
  network?: SharedOptions['network'];
  /**
   * Disks besides the one that the board boots from. The guest's writes are discarded, unless keepWrites is set.
   */
  drives?: SharedOptions['drives'];
  /**
   * Directories of this machine in the guest, read-only unless writable is set.
   */
  shares?: SharedOptions['shares'];
  /**
   * Consoles besides the first serial port: /dev/hvc0, /dev/hvc1 and so on, by virtio.
   */
  consoles?: SharedOptions['consoles'];
  /**
   * QEMU's monitor for others than the terminal (there, it is behind Ctrl-A C).
   */
  monitor?: SharedOptions['monitor'];
  /**
   * A screen, shown by VNC. Without this option the machine has no screen.
   */
  display?: SharedOptions['display'];
  /**
   * QEMU's gdb stub: target remote ADDRESS.
   */
  gdb?: SharedOptions['gdb'];
  /**
   * The real time clock.
   */
  rtc?: SharedOptions['rtc'];
  /**
   * A timer that the guest has to feed.
   */
  watchdog?: SharedOptions['watchdog'];
  /**
   * Firmware in place of the machine type's own (QEMU's -bios); not with U-Boot or UEFI as the boot path. Relative to the workspace root, or PROJECT:ARTIFACT for one that another project publishes.
   */
  firmware?: string;
  /**
   * Memory that can be plugged in while the guest runs, where the machine type can do that.
   */
  memoryGrowth?: SharedOptions['memoryGrowth'];
  /**
   * Words added to the kernel's command line. console= and panic=-1 are added unless given here.
   */
  append?: string;
  /**
   * Accelerator. auto takes KVM only where it works (same architecture, usable device, hardware virtualisation, and a tiny guest that was seen to run), else TCG, and says which and why.
   */
  accel?: 'auto' | 'tcg' | 'kvm';
  /**
   * QEMU program to use instead of the arch's qemu-system-*.
   */
  qemu?: string;
  /**
   * Arguments added to QEMU's unchanged.
   */
  extraArgs?: SharedOptions['extraArgs'];
  /**
   * Regular expression that the console's text matches when the guest is ready for commands; default: a shell's prompt.
   */
  readyPattern?: string;
  /**
   * Commands to run, in order. A plain string must exit with 0.
   */
  commands?: (
    | string
    | {
        /**
         * Command line to type at the guest's shell.
         */
        run: string;
        /**
         * Regular expression that the output must match.
         */
        expect?: string;
        /**
         * Exit code that the command must end with.
         */
        exitCode?: number;
      }
  )[];
  /**
   * Outcome that the boot must have. If that is a failure, the target succeeds only when the boot fails in that way, and no command is run.
   */
  expect?: {
    /**
     * As docs/troubleshooting.md explains them: ready, or a failure that the console doctor recognises.
     */
    outcome?:
      | 'ready'
      | 'vmlinux'
      | 'compressed-kernel'
      | 'wrong-console'
      | 'initrd-compression'
      | 'initrd-unpack'
      | 'init-for-rdinit'
      | 'no-initramfs-init'
      | 'no-root'
      | 'no-root-file-system'
      | 'requested-init-failed'
      | 'no-init'
      | 'no-console-device'
      | 'out-of-memory'
      | 'oops'
      | 'soft-lockup'
      | 'hung-task'
      | 'hard-lockup'
      | 'rcu-stall'
      | 'kernel-bug'
      | 'init-exited'
      | 'panic'
      | 'no-rcs'
      | 'missing-tty'
      | 'module-failed'
      | 'kernel-warning'
      | 'silent'
      | 'qemu-exited'
      | 'timeout';
  };
  /**
   * Complaints of the kernel that are known and do not fail the test. Any other oops, BUG, warning, lock-up, stall, or report of KASAN, lockdep and the like fails it, before the guest is ready, during its commands and while it powers off.
   */
  allow?: {
    /**
     * Regular expression over the kernel's line, without its time.
     */
    pattern: string;
    /**
     * Why it is allowed, for the report.
     */
    reason: string;
  }[];
  /**
   * Seconds until readyPattern must have been seen.
   */
  bootTimeout?: number;
  /**
   * Seconds that each command may take.
   */
  commandTimeout?: number;
  /**
   * Command that powers the guest off. A guest that still runs ten seconds later is ended by QEMU's quit command.
   */
  powerOff?: string;
  /**
   * Directory of the published artifacts, relative to the workspace root. Default: dist/PROJECT.
   */
  outputPath?: string;
  /**
   * Print the result as JSON instead of the console.
   */
  json?: boolean;
}

/** The defaults of the schema, as Nx fills them in. */
export const testDefaults: Required<
  Pick<
    TestOptions,
    | 'smp'
    | 'memory'
    | 'network'
    | 'drives'
    | 'shares'
    | 'consoles'
    | 'append'
    | 'accel'
    | 'extraArgs'
    | 'readyPattern'
    | 'commands'
    | 'expect'
    | 'allow'
    | 'bootTimeout'
    | 'commandTimeout'
    | 'powerOff'
    | 'json'
  >
> = {
  smp: 1,
  memory: 256,
  network: [],
  drives: [],
  shares: [],
  consoles: [],
  append: '',
  accel: 'auto',
  extraArgs: [],
  readyPattern: '(^|\\n)[^\\n]*(?<!#)[#$] $',
  commands: [],
  expect: {},
  allow: [],
  bootTimeout: 60,
  commandTimeout: 30,
  powerOff: 'poweroff -f',
  json: false,
};

/** The options once the defaults are filled in. */
export type FullTestOptions = TestOptions & typeof testDefaults;
