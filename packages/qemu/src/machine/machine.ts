import { type BootPath, type MachineOptions, type Medium, type UefiFlash } from './machine-model.js';
import { ARCHITECTURES } from '@bringup/process';
import { ARCH_MACHINES, defaultCpu, ubootStart, type BoardArch } from './arch-machines.js';
import { formatCharacterDevice, planConsoles, planDisplay, planGdb, planMonitor } from './consoles.js';
import { planDrives } from './drives.js';
import { formatEndpoints } from './endpoints.js';
import { planNetwork, type Forward } from './network.js';
import {
  planSharedMemory,
  planShares,
  planShareServers,
  smbDirectory,
  DEFAULT_VIRTIOFSD,
  type ShareHost,
} from './shares.js';
import { formatProperties } from './properties.js';

const DEFAULT_SMP = 1;
const DEFAULT_MEMORY_MIB = 256;

/** The command line of QEMU. */
interface MachinePlan {
  argv: [string, ...string[]];
  /** Words that go in front of them: a program that starts what QEMU needs beside it, then becomes QEMU. Often none. */
  wrapper: readonly string[];
  /** The ports of the host that lead into the guest. */
  forwards: readonly Forward[];
  /** A line for each thing to connect to, the forwards too: `ssh: 127.0.0.1:40123 -> 22`. */
  endpoints: readonly string[];
}

/**
 * The QEMU command of a machine. `-nodefaults` leaves out the VGA card, floppy and CD drives that a
 * serial-only board does not have and firmware would look for; what the machine type itself has (serial
 * ports, virtio-mmio slots, PCI) stays. A guest that reboots, also after a panic with `panic=-1`, ends QEMU.
 */
export function planMachine(options: MachineOptions): MachinePlan {
  const { network = [], shares = [], board = '', arch } = options;
  const { virtio } = ARCH_MACHINES[arch];
  const forwards = network.flatMap((card) => (card.type === 'user' ? card.forwards : []));
  const shareHost = planShareHost(options);
  return {
    forwards,
    wrapper: planShareServers(shares, shareHost),
    endpoints: formatEndpoints({ ...options, forwards }),
    argv: [
      ...planHardware(options),
      ...planSharedMemory(shares, options.memoryMiB ?? DEFAULT_MEMORY_MIB),
      '-nodefaults',
      '-no-reboot',
      ...planClock(options.rtc),
      ...planDisplay(options.display, ARCH_MACHINES[arch]),
      ...planNetwork(network, { board, arch, virtio, smb: smbDirectory(shares) }),
      ...planConsole(options),
      ...planMonitor(options.monitor),
      ...planQmp(options.qmpSocket),
      ...planGdb(options.gdb),
      ...(options.firmware === undefined ? [] : ['-bios', options.firmware]),
      ...planLoader(options.boot, arch),
      ...planDrives(options.drives ?? [], { arch, virtio }, planBootMedium(options.boot, arch)),
      ...planShares(shares, virtio, shareHost),
      ...planConsoles(options.consoles ?? [], virtio),
      ...planWatchdog(options.watchdog),
      ...(options.extraArgs ?? []),
    ],
  };
}

function planShareHost({ runDirectory = '', virtiofsd }: MachineOptions): ShareHost {
  return { runDirectory, virtiofsd: virtiofsd ?? DEFAULT_VIRTIOFSD };
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

type Hardware = Omit<MachineOptions, 'boot' | 'console' | 'qmpSocket'> & { boot?: BootPath };

function planHardware(options: Hardware): MachinePlan['argv'] {
  const arch = ARCH_MACHINES[options.arch];
  const usual = (options.boot?.via === 'u-boot' ? arch.uBoot?.machine : undefined) ?? arch.machine;
  return [
    options.binary ?? ARCHITECTURES[options.arch].emulator,
    ...['-machine', options.machine ?? usual],
    ...['-accel', options.accel],
    ...['-cpu', options.cpu ?? defaultCpu(options.arch, options.accel)],
    ...['-smp', String(options.smp ?? DEFAULT_SMP)],
    ...['-m', planMemory(options)],
  ];
}

function planMemory({ memoryMiB = DEFAULT_MEMORY_MIB, memoryGrowth }: Partial<MachineOptions>): string {
  if (memoryGrowth === undefined) return `${memoryMiB}M`;
  return formatProperties(`${memoryMiB}M`, { slots: memoryGrowth.slots, maxmem: `${memoryGrowth.maxMiB}M` });
}

function planClock(rtc: MachineOptions['rtc']): string[] {
  if (rtc === undefined) return [];
  const { base = 'utc', clock } = rtc;
  return ['-rtc', formatProperties(undefined, { base, ...(clock === undefined ? {} : { clock }) })];
}

function planWatchdog(watchdog: MachineOptions['watchdog']): string[] {
  if (watchdog === undefined) return [];
  return [...['-device', watchdog.model], ...['-action', `watchdog=${watchdog.action}`]];
}

/** The arguments for the first program to start: the kernel, or its loader. */
function planLoader(boot: BootPath, arch: BoardArch): string[] {
  switch (boot.via) {
    case 'kernel':
      return [
        ...['-kernel', boot.kernel],
        ...(boot.initrd === undefined ? [] : ['-initrd', boot.initrd]),
        ...['-append', planCommandLine(boot.append ?? [], arch)],
      ];
    case 'u-boot':
      return [
        ...[ubootStart(arch).option, boot.firmware],
        ...(boot.dtb === undefined ? [] : ['-dtb', boot.dtb]),
      ];
    case 'bios':
      return [];
    case 'uefi':
      return planFlash(boot.flash);
  }
}

function planBootMedium(boot: BootPath, arch: BoardArch): string[] {
  switch (boot.via) {
    case 'u-boot':
      return planMedium({ file: boot.drive, format: 'raw' }, arch);
    case 'kernel':
      return boot.medium ? planMedium(boot.medium, arch) : [];
    case 'bios':
    case 'uefi':
      return boot.medium ? planMedium(boot.medium, arch, 0) : [];
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
  if (ARCH_MACHINES[arch].pc)
    return [...['-drive', drive], ...['-device', formatProperties('ide-cd', device)]];
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
function planConsole({ console, consoleSocket = '', consoleLog }: MachineOptions): string[] {
  if (typeof console === 'object')
    return [...['-chardev', formatCharacterDevice('console', console)], ...['-serial', 'chardev:console']];
  const log: Record<string, string> = consoleLog === undefined ? {} : { logfile: consoleLog };
  const mux: Record<string, string> = console === 'pipe' ? {} : { mux: 'on' };
  const chardev =
    console === 'socket'
      ? formatProperties('socket', {
          ...{ id: 'console', path: consoleSocket, server: 'on', wait: 'off' },
          ...mux,
          ...log,
        })
      : formatProperties('stdio', { id: 'console', signal: 'off', ...mux, ...log });
  const monitor =
    console === 'pipe' ? [] : ['-mon', formatProperties('chardev=console', { mode: 'readline' })];
  return [...['-chardev', chardev], ...['-serial', 'chardev:console'], ...monitor];
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
