import type { Accelerator, BoardArch } from './arch-machines.js';
import type { CharacterTarget, GdbStub, MonitorTarget, VncDisplay } from './consoles.js';
import type { Drive, ImageFormat } from './drives.js';
import type { PlacedNetwork } from './network.js';
import type { Share } from './shares.js';

/** A disk or a CD that a machine starts from or finds its root on. The guest's writes to it are discarded. */
export interface Medium {
  file: string;
  /** QEMU's name of the format. */
  format: ImageFormat;
  /** Default: a virtio disk, `/dev/vda`. */
  kind?: 'disk' | 'cdrom';
}

/** UEFI's two flash images, see docs/interop/firmware.json of QEMU. */
export interface UefiFlash {
  /** The firmware, read only. */
  code: string;
  /** The variable store. */
  variables: string;
  /** Whether what the guest writes to the variables stays. */
  keep: boolean;
}

/** How a machine gets to its kernel. */
export type BootPath =
  | {
      /** QEMU loads it. */
      via: 'kernel';
      kernel: string;
      initrd?: string;
      /** Words of the kernel's command line; see `planCommandLine`. */
      append?: readonly string[];
      /** A disk that is there as well, for the root file system. */
      medium?: Medium;
    }
  | {
      /** U-Boot does, from the first partition of a raw disk on virtio. */
      via: 'u-boot';
      firmware: string;
      drive: string;
      /** The device tree that U-Boot is given instead of the machine's own. */
      dtb?: string;
    }
  | {
      /** The machine's BIOS starts what it finds on the medium; without one, on the drive that `bootindex` names. */
      via: 'bios';
      medium?: Medium;
    }
  | {
      /** UEFI starts `EFI/BOOT/BOOT*.EFI` of the medium or, where there is none, its shell. */
      via: 'uefi';
      flash: UefiFlash;
      medium?: Medium;
    };

export interface RealTimeClock {
  /** The time at the start: `utc`, `localtime`, or a time such as `2020-01-02T03:04:05`. */
  base?: string;
  /** The source of its ticks: the host's time, its monotonic clock, or the guest's own time, which stops when the guest does. */
  clock?: 'host' | 'rt' | 'vm';
}

/** A timer that the guest has to feed. */
export interface Watchdog {
  /** QEMU device, as i6300esb. */
  model: string;
  /** QEMU's action when the guest does not feed it (qemu(1), "-action"). */
  action: 'reset' | 'shutdown' | 'poweroff' | 'inject-nmi' | 'pause' | 'debug' | 'none';
}

/** A machine to be started. */
export interface MachineOptions {
  arch: BoardArch;
  /** The board's name, of which the addresses of its network cards are made. */
  board?: string;
  /** Default: the arch's in {@link ARCH_MACHINES}. May carry properties: `virt,gic-version=3`. */
  machine?: string;
  /** Default: the arch's for this accelerator. */
  cpu?: string;
  /** Number of CPUs; default 1. */
  smp?: number;
  /** Default 256. */
  memoryMiB?: number;
  /** Memory that can be plugged in while it runs: so many modules, and so much in all. */
  memoryGrowth?: { slots: number; maxMiB: number };
  /** The real time clock; default: UTC. */
  rtc?: RealTimeClock;
  boot: BootPath;
  /** Network cards; default: none. */
  network?: readonly PlacedNetwork[];
  /** Disks besides the boot path's; default: none. */
  drives?: readonly Drive[];
  /** Directories of the host; default: none. */
  shares?: readonly Share[];
  /** virtiofsd's program, for shares by it. Default: where Debian's QEMU has it. */
  virtiofsd?: string;
  /** Where this run has its sockets, absolute. Shares by virtiofs need it. */
  runDirectory?: string;
  /** Consoles besides the first serial port, `/dev/hvc0` and so on; default: none. */
  consoles?: readonly CharacterTarget[];
  /** Where QEMU's monitor listens, besides the terminal's. */
  monitor?: MonitorTarget;
  /** Default: no screen. */
  display?: VncDisplay;
  gdb?: GdbStub;
  watchdog?: Watchdog;
  /** Firmware in place of the machine type's own (`-bios`); not for a boot path that brings one. */
  firmware?: string;
  /**
   * `terminal`: the first serial port and QEMU's monitor share stdin and stdout (Ctrl-A C, Ctrl-A X), Ctrl-C
   * reaches the guest. `pipe`: the serial port alone, for programs. `socket`: as `terminal`, on `consoleSocket`. Else the
   * serial port is there, and QEMU leaves the terminal alone.
   */
  console: 'terminal' | 'pipe' | 'socket' | CharacterTarget;
  /** Unix socket of the console `socket`, which needs one. */
  consoleSocket?: string;
  /** File that takes all that the first serial port sends. */
  consoleLog?: string;
  /** Unix socket that QMP listens on; without it there is none. */
  qmpSocket?: string;
  accel: Accelerator;
  /** Default: the arch's. */
  binary?: string;
  /** Added at the end, unchanged. */
  extraArgs?: string[];
}
