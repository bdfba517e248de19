import { access, constants, readFile } from 'fs-extra';
import { join } from 'node:path';
import { UserError } from '@bringup/process';

/** capabilities(7): bit of CAP_NET_ADMIN. */
const CAP_NET_ADMIN = 12n;

/**
 * Looks whether this user may plug a guest into a tap interface of the host.
 *
 * @param sys for tests: sysfs' directory of network interfaces
 * @throws UserError `TAP_UNAVAILABLE` with the command that makes one
 */
export async function checkTap(ifname: string, sys = '/sys/class/net'): Promise<void> {
  const fail = (why: string) => {
    const message =
      `network: the tap interface ${ifname} ${why}. Make it, once, as root: ` +
      `ip tuntap add dev ${ifname} mode tap user $USER && ip link set ${ifname} up`;
    throw new UserError('TAP_UNAVAILABLE', message, { ifname });
  };
  await access('/dev/net/tun', constants.R_OK | constants.W_OK).catch(() =>
    fail('needs /dev/net/tun, which this user cannot open'),
  );
  // With the capability QEMU itself makes an interface that is not there; without, only its owner may use one.
  if (await mayAdministrate()) return;
  const owner = await readFile(join(sys, ifname, 'owner'), 'utf8').catch(() => undefined);
  if (owner === undefined) fail('does not exist, or is not a tap interface');
  else if (Number(owner) !== process.getuid?.()) fail(`belongs to user ${owner.trim()}`);
}

async function mayAdministrate(): Promise<boolean> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1];
  return effective !== undefined && ((BigInt(`0x${effective}`) >> CAP_NET_ADMIN) & 1n) === 1n;
}
