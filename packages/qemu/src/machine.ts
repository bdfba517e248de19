import { ARCH_MACHINES, type BoardArch, type BootPath, type MachineOptions } from './machine-model.js';
import { formatProperties } from './properties.js';

const DEFAULT_SMP = 1;
const DEFAULT_MEMORY_MIB = 256;

/** What QEMU is started with. */
export interface MachinePlan {
  argv: [string, ...string[]];
}

/**
 * The QEMU command of a machine. `-nodefaults` leaves out the VGA card, floppy and CD drives that a
 * serial-only board does not have and firmware would look for; what the machine type itself has (serial
 * ports, virtio-mmio slots, PCI) stays. A guest that reboots, also after a panic with `panic=-1`, ends QEMU.
 */
export function planMachine(options: MachineOptions): MachinePlan {
  const arch = ARCH_MACHINES[options.arch];
  return {
    argv: [
      options.binary ?? arch.binary,
      ...['-machine', options.machine ?? arch.machine],
      ...['-accel', options.accel],
      ...['-cpu', options.cpu ?? arch.cpu[options.accel]],
      ...['-smp', String(options.smp ?? DEFAULT_SMP)],
      ...['-m', `${options.memoryMiB ?? DEFAULT_MEMORY_MIB}M`],
      '-nodefaults',
      '-no-reboot',
      ...['-display', 'none'],
      ...['-nic', 'none'],
      ...planConsole(options.console),
      ...planQmp(options.qmpSocket),
      ...planBoot(options.boot, options.arch),
      ...(options.extraArgs ?? []),
    ],
  };
}

function planBoot(boot: BootPath, arch: BoardArch): string[] {
  const { uBootOption, virtio } = ARCH_MACHINES[arch];
  switch (boot.via) {
    case 'kernel':
      return [
        ...['-kernel', boot.kernel],
        ...(boot.initrd === undefined ? [] : ['-initrd', boot.initrd]),
        ...['-append', planCommandLine(boot.append ?? [], arch)],
      ];
    case 'u-boot':
      return [
        ...[uBootOption, boot.firmware],
        ...[
          '-drive',
          formatProperties('if=none', { id: 'boot', file: boot.drive, format: 'raw', snapshot: 'on' }),
        ],
        ...['-device', formatProperties(`virtio-blk-${virtio}`, { drive: 'boot' })],
      ];
  }
}

/** Ctrl-C belongs to the guest (`signal=off`), as with `-nographic`. */
function planConsole(console: MachineOptions['console']): string[] {
  const stdio = { id: 'console', signal: 'off' };
  if (console === 'pipe') {
    return [...['-chardev', formatProperties('stdio', stdio)], ...['-serial', 'chardev:console']];
  }
  return [
    ...['-chardev', formatProperties('stdio', { ...stdio, mux: 'on' })],
    ...['-serial', 'chardev:console'],
    ...['-mon', formatProperties('chardev=console', { mode: 'readline' })],
  ];
}

function planQmp(path: string | undefined): string[] {
  if (path === undefined) return [];
  return [
    ...['-chardev', formatProperties('socket', { id: 'qmp', path, server: 'on', wait: 'off' })],
    ...['-mon', formatProperties('chardev=qmp', { mode: 'control' })],
  ];
}

/**
 * The kernel's command line: `console=` and `panic=-1` before the words, unless they have them. `panic=-1` is to reboot at
 * once, which `-no-reboot` turns into the end of QEMU (kernel-parameters.txt).
 */
export function planCommandLine(words: readonly string[], arch: BoardArch): string {
  const port = ARCH_MACHINES[arch].console;
  const given = words.join(' ');
  const has = (name: string) => new RegExp(`(^|\\s)${name}=`).test(given);
  const defaults = [...(has('console') ? [] : [`console=${port}`]), ...(has('panic') ? [] : ['panic=-1'])];
  return [...defaults, ...words].join(' ');
}
