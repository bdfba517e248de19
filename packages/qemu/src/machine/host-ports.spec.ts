import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { checkHostPorts, chooseHostPorts, formatForward, type NetworkInterface } from '../index.js';

const user = (...forwards: object[]) => [{ type: 'user', forwards }] as NetworkInterface[];
const ssh = { protocol: 'tcp', guestPort: 22 };

describe('chooseHostPorts', () => {
  it('gives free ports, no two the same, and leaves the others alone', async () => {
    const fixed = { ...ssh, hostAddress: '0.0.0.0', hostPort: 2222 };
    const tap: NetworkInterface = { type: 'tap', ifname: 'tap0' };
    const wanted = [...user(ssh, ssh, { ...ssh, protocol: 'udp' }, fixed), tap, ...user()];
    const placed = await chooseHostPorts(wanted);
    const [first] = placed;
    const forwards = first?.type === 'user' ? first.forwards : [];
    expect(forwards[3]).toEqual(fixed);
    expect(new Set(forwards.map(({ hostPort }) => hostPort)).size).toBeGreaterThan(2);
    for (const { hostAddress, hostPort } of forwards.slice(0, 3)) {
      expect(hostAddress).toBe('127.0.0.1');
      expect(hostPort).toBeGreaterThan(1023);
    }
    expect(placed.slice(1)).toEqual([tap, { type: 'user', forwards: [] }]);
    // The held ports are free again.
    await checkHostPorts(placed);
  });

  it('says when the address is not of this machine', async () => {
    const foreign = user({ ...ssh, hostAddress: '192.0.2.1' });
    await expect(chooseHostPorts(foreign)).rejects.toMatchObject({
      code: 'PORT_UNAVAILABLE',
      message: expect.stringMatching(/192\.0\.2\.1.*this machine has no such address/),
    });
  });
});

describe('checkHostPorts', () => {
  it('says which port is taken, and by what', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    await expect(checkHostPorts(user({ ...ssh, hostPort: port }))).rejects.toMatchObject({
      code: 'PORT_UNAVAILABLE',
      message: `network: tcp port 127.0.0.1:${port} of this machine cannot lead to the guest's 22: it is taken, by another program or another forward. Leave hostPort out for a free one, or name another`,
    });
    await new Promise((resolve) => server.close(resolve));
    await checkHostPorts(user({ ...ssh, hostPort: port }));
  });

  it('refuses a port that two forwards want', async () => {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const { port } = socket.address();
    await new Promise<void>((resolve) => socket.close(resolve));
    const udp = { ...ssh, protocol: 'udp', hostPort: port };
    await expect(checkHostPorts(user(udp, udp))).rejects.toMatchObject({ code: 'PORT_UNAVAILABLE' });
    await checkHostPorts(user(udp, ssh));
  });
});

it.each([
  [22, {}, 'ssh: 127.0.0.1:40123 -> 22'],
  [8080, {}, 'tcp: 127.0.0.1:40123 -> 8080'],
  [8080, { name: 'web' }, 'web: 127.0.0.1:40123 -> 8080'],
  [69, { protocol: 'udp' }, 'tftp: 127.0.0.1:40123 -> 69/udp'],
] as const)('shows a forward to %i as %j', (guestPort, more, expected) => {
  const forward = { protocol: 'tcp', hostAddress: '127.0.0.1', hostPort: 40123, guestPort } as const;
  expect(formatForward({ ...forward, ...more })).toBe(expected);
});
