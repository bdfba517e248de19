import { formatForward, LOOPBACK, type Forward } from './network.js';
import type { CharacterTarget, GdbStub, VncDisplay } from './consoles.js';

/** The parts of a running machine that accept connections. */
interface Reachable {
  forwards: readonly Forward[];
  consoles?: readonly CharacterTarget[];
  monitor?: CharacterTarget;
  gdb?: GdbStub;
  display?: VncDisplay;
}

/** A line for each thing to connect to, as `monitor: telnet 127.0.0.1:4444`. A pty has no name before QEMU made it: QEMU says it. */
export function formatEndpoints(machine: Reachable): string[] {
  const { forwards, consoles = [], monitor, gdb, display } = machine;
  const named = (name: string, address: string | undefined) =>
    address === undefined ? [] : [`${name}: ${address}`];
  return [
    ...forwards.map(formatForward),
    ...consoles.flatMap((target, index) => named(`hvc${index}`, addressOf(target))),
    ...named('monitor', monitor && addressOf(monitor)),
    ...named('gdb', gdb && (gdb.type === 'tcp' ? `${LOOPBACK}:${gdb.port}` : gdb.path)),
    ...named('vnc', display && `${LOOPBACK}:${display.port}`),
  ];
}

function addressOf(target: CharacterTarget): string | undefined {
  switch (target.type) {
    case 'pty':
      return undefined;
    case 'telnet':
      return `telnet ${LOOPBACK} ${target.port}`;
    case 'file':
    case 'unix':
      return target.path;
  }
}
