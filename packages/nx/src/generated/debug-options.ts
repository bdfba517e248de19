// Generated from ../kinds/board/debug/schema.json by tools/schemas.mjs: do not edit.

import type { SharedOptions } from './shared-options.js';

/**
 * Debugs a board's kernel: QEMU stopped with a gdb stub, and gdb on this terminal with the right symbols at the right addresses, the kernel's lx- commands, and symbols of modules as they are loaded. The guest ends with gdb, and gdb with the guest. The guest's console: nx run BOARD:attach, or BOARD:console --follow, in another terminal.
 */
export interface DebugOptions {
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
   * Where gdb gets the guest: reset, nothing has run; u-boot, U-Boot's first instruction; u-boot-relocated, in U-Boot once it has moved itself to the end of memory (arm64); first-instruction, the kernel's, before the MMU, with symbols at physical addresses until it is on (arm64, x86_64); start_kernel, its first C function of all architectures.
   */
  at?: 'reset' | 'u-boot' | 'u-boot-relocated' | 'first-instruction' | 'start_kernel';
  /**
   * ELF file with the kernel's symbols, relative to the workspace root, or PROJECT:vmlinux. Default: that of the kernel project which the board, its image, its CD or its disk names.
   */
  vmlinux?: string;
  /**
   * Kernel modules with debug information: files, directories that are searched for *.ko, or PROJECT:FILE. The symbols of one are loaded when the guest loads the module with the same build id.
   */
  modules?: string[];
  /**
   * TCP port of the loopback address that QEMU's gdb stub listens on; 0: a free one. Default: a unix socket in the run's directory, or what the board's option gdb says.
   */
  port?: number;
  /**
   * gdb to use. Default: the first that knows the architecture of CROSS_COMPILE's gdb, gdb-multiarch and gdb.
   */
  debugger?: string;
  /**
   * File of gdb commands, relative to the workspace root, run once the guest has stopped where at says.
   */
  commands?: string;
  /**
   * No prompt: gdb and the guest end after the commands; the target fails when one of them fails. The user's .gdbinit is not read.
   */
  scripted?: boolean;
  /**
   * Start the guest, stopped, and wait until it ends; how to attach is printed. Ctrl-C ends it.
   */
  server?: boolean;
  /**
   * With server: print run, socket, script and gdb's command line as one JSON object on a line of its own.
   */
  json?: boolean;
}

/** The defaults of the schema, as Nx fills them in. */
export const debugDefaults: Required<
  Pick<
    DebugOptions,
    | 'smp'
    | 'memory'
    | 'network'
    | 'drives'
    | 'shares'
    | 'consoles'
    | 'append'
    | 'accel'
    | 'extraArgs'
    | 'at'
    | 'modules'
    | 'scripted'
    | 'server'
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
  at: 'start_kernel',
  modules: [],
  scripted: false,
  server: false,
  json: false,
};

/** The options once the defaults are filled in. */
export type FullDebugOptions = DebugOptions & typeof debugDefaults;
