import { formatProperties } from './properties.js';
import { LOOPBACK } from './network.js';
import { onPci, type VirtioBus } from './arch-machines.js';

/** Where characters go to and come from. */
export type CharacterTarget =
  | { type: 'pty' }
  /** Absolute path; written anew. */
  | { type: 'file'; path: string }
  /** Absolute path of a unix socket that QEMU listens on. */
  | { type: 'unix'; path: string }
  /** A port on the loopback address. */
  | { type: 'telnet'; port: number };

/** Where QEMU's monitor listens. */
export type MonitorTarget = Extract<CharacterTarget, { type: 'unix' | 'telnet' }>;

/** gdb's remote protocol. */
export type GdbStub = ({ type: 'tcp'; port: number } | { type: 'unix'; path: string }) & {
  /** The guest does not run before gdb lets it. Default: false. */
  wait?: boolean;
};

/** A screen. */
export interface VncDisplay {
  type: 'vnc';
  /** Of the loopback address; 5900 is VNC's display 0. */
  port: number;
  /** Graphics card, a QEMU device. Default: the PC's VGA, virtio's elsewhere. */
  model?: string;
}

const VNC_BASE_PORT = 5900;

/** `-chardev`'s value for a target. Listeners do not keep the guest waiting for somebody to connect. */
export function formatCharacterDevice(id: string, target: CharacterTarget): string {
  switch (target.type) {
    case 'pty':
      return formatProperties('pty', { id });
    case 'file':
      return formatProperties('file', { id, path: target.path });
    case 'unix':
      return formatProperties('socket', { id, path: target.path, server: 'on', wait: 'off' });
    case 'telnet': {
      const address = { host: LOOPBACK, port: target.port };
      return formatProperties('socket', { id, ...address, server: 'on', wait: 'off', telnet: 'on' });
    }
  }
}

/** More consoles: `/dev/hvc0` and so on, since most machines have no second serial port. */
export function planConsoles(consoles: readonly CharacterTarget[], virtio: VirtioBus): string[] {
  if (consoles.length === 0) return [];
  return [
    ...['-device', `virtio-serial-${virtio}`],
    ...consoles.flatMap((target, index) => [
      ...['-chardev', formatCharacterDevice(`hvc${index}`, target)],
      ...['-device', formatProperties('virtconsole', { chardev: `hvc${index}` })],
    ]),
  ];
}

export function planMonitor(monitor: MonitorTarget | undefined): string[] {
  if (monitor === undefined) return [];
  return [
    ...['-chardev', formatCharacterDevice('monitor', monitor)],
    ...['-mon', formatProperties('chardev=monitor', { mode: 'readline' })],
  ];
}

/** @param machine whether it is a PC, whose VGA console must be named, and the bus of its virtio devices */
export function planDisplay(
  display: VncDisplay | undefined,
  machine: { pc?: boolean; virtio: VirtioBus },
): string[] {
  if (display === undefined) return ['-display', 'none'];
  const { port, model = machine.pc ? 'VGA' : `virtio-gpu-${onPci(machine.virtio)}` } = display;
  return [...['-display', `vnc=${LOOPBACK}:${port - VNC_BASE_PORT}`], ...['-device', model]];
}

/** `-gdb` takes any character device of its own syntax, which has no commas to escape but a path's. */
export function planGdb(gdb: GdbStub | undefined): string[] {
  if (gdb === undefined) return [];
  const stopped = gdb.wait ? ['-S'] : [];
  if (gdb.type === 'tcp') return ['-gdb', `tcp:${LOOPBACK}:${gdb.port}`, ...stopped];
  return [
    ...['-chardev', formatProperties('socket', { id: 'gdb', path: gdb.path, server: 'on', wait: 'off' })],
    ...['-gdb', 'chardev:gdb', ...stopped],
  ];
}
