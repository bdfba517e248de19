import {
  ARCH_MACHINES,
  type BoardArch,
  type BootPath,
  type MachineOptions,
  type Medium,
  type UefiFlash,
} from './machine-model.js';
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
  return {
    argv: [
      ...planHardware(options),
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

/** The command of a machine that boots nothing, with properties for `-machine` besides its own. */
export function planMachineOnly(
  options: Omit<MachineOptions, 'boot' | 'console' | 'accel' | 'qmpSocket'>,
  properties: Readonly<Record<string, string>>,
): MachinePlan['argv'] {
  const machine = formatProperties(options.machine ?? ARCH_MACHINES[options.arch].machine, properties);
  const hardware = planHardware({ ...options, machine, accel: 'tcg' });
  return [...hardware, '-nodefaults', '-display', 'none', '-nic', 'none', ...(options.extraArgs ?? [])];
}

function planHardware(options: Omit<MachineOptions, 'boot' | 'console' | 'qmpSocket'>): MachinePlan['argv'] {
  const arch = ARCH_MACHINES[options.arch];
  return [
    options.binary ?? arch.binary,
    ...['-machine', options.machine ?? arch.machine],
    ...['-accel', options.accel],
    ...['-cpu', options.cpu ?? arch.cpu[options.accel]],
    ...['-smp', String(options.smp ?? DEFAULT_SMP)],
    ...['-m', `${options.memoryMiB ?? DEFAULT_MEMORY_MIB}M`],
  ];
}

function planBoot(boot: BootPath, arch: BoardArch): string[] {
  const { uBootOption } = ARCH_MACHINES[arch];
  switch (boot.via) {
    case 'kernel':
      return [
        ...['-kernel', boot.kernel],
        ...(boot.initrd === undefined ? [] : ['-initrd', boot.initrd]),
        ...['-append', planCommandLine(boot.append ?? [], arch)],
        ...(boot.medium ? planMedium(boot.medium, arch) : []),
      ];
    case 'u-boot':
      return [...[uBootOption, boot.firmware], ...planMedium({ file: boot.drive, format: 'raw' }, arch)];
    case 'bios':
      return planMedium(boot.medium, arch, 0);
    case 'uefi':
      return [...planFlash(boot.flash), ...(boot.medium ? planMedium(boot.medium, arch, 0) : [])];
  }
}

/** @param bootindex the place in the firmware's boot order; without one the firmware is not told */
function planMedium(medium: Medium, arch: BoardArch, bootindex?: number): string[] {
  const { file, format, kind = 'disk' } = medium;
  const { virtio } = ARCH_MACHINES[arch];
  const device: Record<string, string | number> = { drive: 'boot' };
  if (bootindex !== undefined) device.bootindex = bootindex;
  if (kind === 'disk')
    return [
      ...['-drive', formatProperties('if=none', { id: 'boot', file, format, snapshot: 'on' })],
      ...['-device', formatProperties(`virtio-blk-${virtio}`, device)],
    ];
  const drive = formatProperties('if=none', { id: 'boot', file, format, media: 'cdrom', readonly: 'on' });
  // A PC's BIOS knows IDE; the other machines have no such bus.
  if (arch === 'x86_64') return [...['-drive', drive], ...['-device', formatProperties('ide-cd', device)]];
  return [
    ...['-drive', drive],
    ...['-device', `virtio-scsi-${virtio}`],
    ...['-device', formatProperties('scsi-cd', device)],
  ];
}

function planFlash({ code, variables, keep }: UefiFlash): string[] {
  const flash = (unit: string, file: string, more: Record<string, string>) =>
    formatProperties('if=pflash', { format: 'raw', unit, file, ...more });
  return [
    ...['-drive', flash('0', code, { readonly: 'on' })],
    ...['-drive', flash('1', variables, keep ? {} : { snapshot: 'on' })],
  ];
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
