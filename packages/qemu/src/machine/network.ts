import { createHash } from 'node:crypto';
import { UserError } from '@bringup/process';
import { formatProperties } from './properties.js';
import { inNamingOrder, type Buses } from './drives.js';

/** A port of the host that leads to one of the guest. */
export interface Forward {
  protocol: 'tcp' | 'udp';
  /** IPv4 address of the host to listen on. */
  hostAddress: string;
  hostPort: number;
  guestPort: number;
  /** Its purpose, for display. Default: derived from the guest's port. */
  name?: string;
}

/** A forward as it is asked for: on the loopback address, at a free port of the host, unless said otherwise. */
export type ForwardRequest = Pick<Forward, 'protocol' | 'guestPort'> & Partial<Forward>;

interface Card {
  /** QEMU's device, as `e1000`; `onboard` for the card that the machine type itself has. Default: virtio's. */
  model?: string;
  /** Default: made of the board's name, the place in the list, and a tap interface's name. */
  mac?: string;
}

/** The network that QEMU itself plays: addresses by DHCP, out through the host's own connections, in by forwards. */
export interface UserNetwork extends Card {
  type: 'user';
  forwards?: readonly ForwardRequest[];
}

/** A tap interface of the host, which has to be there. */
export interface TapNetwork extends Card {
  type: 'tap';
  ifname: string;
  /** Packets through the kernel's vhost-net, `/dev/vhost-net`. Default: false. */
  vhost?: boolean;
}

/** A network card of the guest and what its cable is plugged into. */
export type NetworkInterface = UserNetwork | TapNetwork;

/** A network whose forwards all have their port. */
export type PlacedNetwork = (Omit<UserNetwork, 'forwards'> & { forwards: readonly Forward[] }) | TapNetwork;

export const LOOPBACK = '127.0.0.1';

/**
 * The arguments for all cards; for none, the one that takes away the card a machine type would have by default.
 *
 * @param smb a directory that the first user network is to share
 * @throws UserError `SMB_WITHOUT_NETWORK`
 */
export function planNetwork(
  networks: readonly PlacedNetwork[],
  { board, smb, ...buses }: Buses & { board: string; smb?: string },
): string[] {
  const sharing = smb === undefined ? undefined : networks.find(({ type }) => type === 'user');
  if (smb !== undefined && !sharing) throw smbWithoutNetwork(smb);
  if (networks.length === 0) return ['-nic', 'none'];
  const planned = networks.map((network, index) => {
    const id = `net${index}`;
    const mac = network.mac ?? macAddress(board, index, network.type === 'tap' ? network.ifname : undefined);
    const { model = `virtio-net-${buses.virtio}` } = network;
    const shared = network === sharing ? { smb } : {};
    if (model === 'onboard') return ['-nic', planBackend(network, id, { mac, ...shared })];
    return [
      ...['-netdev', planBackend(network, id, shared)],
      ...['-device', formatProperties(model, { netdev: id, mac })],
    ];
  });
  return inNamingOrder(planned, buses).flat();
}

function planBackend(network: PlacedNetwork, id: string, more: { mac?: string; smb?: string }): string {
  const given = Object.fromEntries(Object.entries(more).filter(([, value]) => value !== undefined));
  if (network.type === 'tap') {
    const { ifname, vhost = false } = network;
    const tap = { id, ifname, script: 'no', downscript: 'no', ...(vhost ? { vhost: 'on' } : {}), ...given };
    return formatProperties('tap', tap);
  }
  return formatProperties('user', [
    ...Object.entries({ id, ...given }),
    ...network.forwards.map((forward): [string, string] => ['hostfwd', formatRule(forward)]),
  ]);
}

function smbWithoutNetwork(directory: string): UserError {
  const message =
    `shares: ${directory} is to be shared by smb, which needs a card on the user network. ` +
    'Give the board "network": [{ "type": "user" }]';
  return new UserError('SMB_WITHOUT_NETWORK', message, { directory });
}

/** QEMU's `hostfwd=` rule (qemu(1), "-netdev user"). */
function formatRule({ protocol, hostAddress, hostPort, guestPort }: Forward): string {
  return `${protocol}:${hostAddress}:${hostPort}-:${guestPort}`;
}

/**
 * A card's address: the same at each start, another for each board and card, and for each tap interface: two runs of a board
 * may share a segment of the network by two of them. 52:54:00 is the prefix that QEMU gives its
 * own: unicast, locally administered.
 */
export function macAddress(board: string, index: number, ifname?: string): string {
  const name = [board, index, ...(ifname === undefined ? [] : [ifname])].join('\0');
  const digest = createHash('sha256').update(name).digest();
  const octets = [0x52, 0x54, 0x00, ...digest.subarray(0, 3)];
  return octets.map((octet) => octet.toString(16).padStart(2, '0')).join(':');
}

/** Ports by which people know a service (IANA's registry). */
const SERVICES: Readonly<Record<number, string>> = {
  21: 'ftp',
  22: 'ssh',
  23: 'telnet',
  69: 'tftp',
  80: 'http',
  443: 'https',
  1234: 'gdb',
};

/** A forward as a person reads it: `ssh: 127.0.0.1:40123 -> 22`. */
export function formatForward({ protocol, hostAddress, hostPort, guestPort, name }: Forward): string {
  const service = name ?? SERVICES[guestPort] ?? protocol;
  return `${service}: ${hostAddress}:${hostPort} -> ${guestPort}${protocol === 'udp' ? '/udp' : ''}`;
}
