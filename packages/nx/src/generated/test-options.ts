// Generated from ../executors/test/schema.json by tools/schemas.mjs: do not edit.

/**
 * Boots a board, waits for a pattern, runs commands in the guest's shell, compares what they print, and powers the guest off. A panic, a time-out or a wrong answer fails the target.
 */
export interface TestOptions {
  /**
   * Target architecture, by the kernel's name.
   */
  arch: 'arm64' | 'x86_64' | 'riscv64' | 'arm';
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
  boot?:
    | TheKernelLoadedByQEMU
    | UBootFromADriveThatTheBuildTargetMakes
    | TheKernelLoadedByQEMUWithADiskBesideIt
    | ADiskSOwnBootLoaderByThePCSBIOS
    | ACD
    | UEFI;
  /**
   * QEMU machine type; default: virt for arm64, q35 for x86_64.
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
   * Words added to the kernel's command line. console= and panic=-1 are there unless given here.
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
   * Arguments added to QEMU's, as they are.
   */
  extraArgs?: string[];
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
         * What is typed at the guest's shell.
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
   * Seconds until readyPattern must have been seen.
   */
  bootTimeout?: number;
  /**
   * Seconds that each command may take.
   */
  commandTimeout?: number;
  /**
   * Command that ends the guest; QEMU is told to quit when it is still there ten seconds later.
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
export interface TheKernelLoadedByQEMU {
  via: 'kernel';
}
export interface UBootFromADriveThatTheBuildTargetMakes {
  via: 'u-boot';
  /**
   * Name of the U-Boot project.
   */
  uBoot: string;
  /**
   * Stop at U-Boot's prompt: the drive holds the files and nothing that boots them. Type load virtio 0 $kernel_addr_r Image and so on.
   */
  interactive?: boolean;
}
export interface TheKernelLoadedByQEMUWithADiskBesideIt {
  via: 'disk';
  /**
   * Name of the disk-image project. The guest sees it as /dev/vda; say where its root is in append: root=/dev/vda1, or root=LABEL=rootfs with an initramfs that hands over.
   */
  disk: string;
}
export interface ADiskSOwnBootLoaderByThePCSBIOS {
  via: 'bios';
  /**
   * Name of a disk-image project with the loader syslinux.
   */
  disk: string;
}
export interface ACD {
  via: 'iso';
  /**
   * Name of the iso-image project.
   */
  iso: string;
  /**
   * What boots it. Default: bios for x86_64, uefi elsewhere.
   */
  firmware?: 'bios' | 'uefi';
}
export interface UEFI {
  via: 'uefi';
  /**
   * Name of a disk-image project with the loader uefi. Without it the build target makes a volume with the board's kernel and initramfs.
   */
  disk?: string;
  /**
   * Nothing to boot from: stop at the firmware's shell.
   */
  shell?: boolean;
}

/** The defaults of the schema, as Nx fills them in. */
export const testDefaults: Required<
  Pick<
    TestOptions,
    | 'smp'
    | 'memory'
    | 'append'
    | 'accel'
    | 'extraArgs'
    | 'readyPattern'
    | 'commands'
    | 'bootTimeout'
    | 'commandTimeout'
    | 'powerOff'
    | 'json'
  >
> = {
  smp: 1,
  memory: 256,
  append: '',
  accel: 'auto',
  extraArgs: [],
  readyPattern: '(^|\\n)[^\\n]*[#$] $',
  commands: [],
  bootTimeout: 60,
  commandTimeout: 30,
  powerOff: 'poweroff -f',
  json: false,
};

/** The options once the defaults are filled in. */
export type FullTestOptions = TestOptions & typeof testDefaults;
