import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { UserError } from '@bringup/process';
import {
  LOOPBACK,
  type Forward,
  type ForwardRequest,
  type NetworkInterface,
  type PlacedNetwork,
} from './network.js';

/** A port of the host that is held. */
interface HeldPort {
  port: number;
  release(): Promise<void>;
}

/**
 * Gives every forward without a port of the host a free one: the kernel's choice, all held until the last is found, so that
 * no two are the same. Between this and QEMU's own bind another program may take one. Linux hands such ports out at
 * random from some 28,000, and QEMU then refuses to start: it is not the wrong program that answers.
 *
 * @throws UserError `PORT_UNAVAILABLE` for an address that is not the host's
 */
export async function chooseHostPorts(networks: readonly NetworkInterface[]): Promise<PlacedNetwork[]> {
  const held: HeldPort[] = [];
  const place = async (request: ForwardRequest): Promise<Forward> => {
    const { hostAddress = LOOPBACK, hostPort } = request;
    if (hostPort !== undefined) return { ...request, hostAddress, hostPort };
    const { protocol, guestPort } = request;
    const found = await hold({ protocol, hostAddress, hostPort: 0, guestPort });
    held.push(found);
    return { ...request, hostAddress, hostPort: found.port };
  };
  try {
    const placed: PlacedNetwork[] = [];
    for (const network of networks) {
      if (network.type === 'tap') {
        placed.push(network);
        continue;
      }
      const forwards: Forward[] = [];
      for (const request of network.forwards ?? []) forwards.push(await place(request));
      placed.push({ ...network, forwards });
    }
    return placed;
  } finally {
    await Promise.all(held.map((port) => port.release()));
  }
}

/** A free TCP port of the loopback address; see {@link chooseHostPorts} for what may happen to it. */
export async function choosePort(): Promise<number> {
  const found = await holdTcp({ protocol: 'tcp', hostAddress: LOOPBACK, hostPort: 0, guestPort: 0 });
  await found.release();
  return found.port;
}

/**
 * Tries the ports of the host that forwards ask for.
 *
 * @throws UserError `PORT_UNAVAILABLE` for one that is taken, asked for twice, or not this user's to have
 */
export async function checkHostPorts(networks: readonly NetworkInterface[]): Promise<void> {
  const held: HeldPort[] = [];
  try {
    for (const network of networks) {
      for (const request of network.type === 'user' ? (network.forwards ?? []) : []) {
        const { hostAddress = LOOPBACK, hostPort } = request;
        if (hostPort !== undefined) held.push(await hold({ ...request, hostAddress, hostPort }));
      }
    }
  } finally {
    await Promise.all(held.map((port) => port.release()));
  }
}

async function hold(forward: Forward): Promise<HeldPort> {
  try {
    return await (forward.protocol === 'tcp' ? holdTcp(forward) : holdUdp(forward));
  } catch (error) {
    throw unavailable(forward, error as NodeJS.ErrnoException);
  }
}

async function holdTcp({ hostAddress, hostPort }: Forward): Promise<HeldPort> {
  const server = createServer().listen({ host: hostAddress, port: hostPort, exclusive: true });
  await once(server, 'listening');
  return {
    port: (server.address() as { port: number }).port,
    release: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

async function holdUdp({ hostAddress, hostPort }: Forward): Promise<HeldPort> {
  const socket = createSocket('udp4').bind({ address: hostAddress, port: hostPort, exclusive: true });
  await once(socket, 'listening');
  return {
    port: socket.address().port,
    release: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'it is taken, by another program or another forward',
  EACCES: 'ports below 1024 are not for every user',
  EADDRNOTAVAIL: 'this machine has no such address',
};

function unavailable({ protocol, hostAddress, hostPort, guestPort }: Forward, error: NodeJS.ErrnoException) {
  const reason = REASONS[error.code ?? ''] ?? error.message;
  const message =
    `network: ${protocol} port ${hostAddress}:${hostPort} of this machine cannot lead to the guest's ${guestPort}: ${reason}. ` +
    'Leave hostPort out for a free one, or name another';
  return new UserError('PORT_UNAVAILABLE', message, { protocol, hostAddress, hostPort }, error);
}
