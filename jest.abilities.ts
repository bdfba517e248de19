/**
 * Tests that only some machines and users can run. Elsewhere they are skipped: the title says why, by a phrase that
 * tools/lib/accepted-skips.mjs knows, which probes again whether that holds.
 */
import { spawnSync } from 'node:child_process';

const isRoot = process.getuid?.() === 0;
const succeeds = (...[program, ...args]: string[]) => spawnSync(program!, args, { cwd: '/' }).status === 0;

const ABILITIES = {
  /** Can become another user, and give files away. "skipped unless run by root" */
  root: () => isRoot,
  /** "skipped unless root can mount": a container may forbid it even to root. */
  mount: () => isRoot && succeeds('unshare', '--mount', 'mount', '-t', 'tmpfs', 'none', '/mnt'),
  /** "skipped unless root can make network interfaces" */
  interfaces: () =>
    isRoot && succeeds('unshare', '--net', 'ip', 'tuntap', 'add', 'dev', 'tap0', 'mode', 'tap'),
  /** "skipped without user namespaces": a chroot and most containers have none. */
  userNamespaces: () => succeeds('unshare', '--user', '--map-root-user', '--mount', 'true'),
  /** "skipped unless on x86_64" */
  x86: () => process.arch === 'x64',
};

/** A test that runs where this machine and user have the ability. */
export const itWhere = (ability: keyof typeof ABILITIES): jest.It => (ABILITIES[ability]() ? it : it.skip);

/** A group of tests that runs where this machine and user have the ability. */
export const describeWhere = (ability: keyof typeof ABILITIES): jest.Describe =>
  ABILITIES[ability]() ? describe : describe.skip;
