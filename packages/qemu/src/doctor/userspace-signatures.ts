import type { Signature } from './signature.js';
import { BOOT_SIGNATURES } from './boot-signatures.js';
import { findLine } from './evidence.js';
import type { Outcome } from './outcomes.js';

/** Init runs, and lacks files that it expects. */
export const USERSPACE_SIGNATURES = {
  'no-console-device': (findings) => {
    if (!findLine(findings, /^Warning: unable to open an initial console\./)) return undefined;
    // Without a driver for it there is no console to open either.
    if (BOOT_SIGNATURES['wrong-console'](findings)) return undefined;
    return {
      cause: 'the root file system has no /dev/console, so init writes to nobody',
      remedy:
        'put the device node into it (character device 5, 1), or set CONFIG_DEVTMPFS_MOUNT=y for a root disk',
    };
  },
  'no-rcs': (findings) => {
    const match = findLine(findings, /^(?:\S*init: )?can't (?:open|run) '?(\/etc\/init\.d\/rcS)'?: (.*)/);
    return (
      match && {
        cause: `BusyBox's init cannot run its start script ${match[1]}: ${match[2]}`,
        remedy:
          "put an executable script there, or an /etc/inittab that names another (Bringup's init style busybox makes both)",
      }
    );
  },
  'missing-tty': (findings) => {
    const match = findLine(findings, /^can't open (\/dev\/tty\w+): No such (?:file|device)/);
    return (
      match && {
        cause: `init wants a shell on ${match[1]}, which the guest does not have: without /etc/inittab BusyBox's init takes tty2, tty3 and tty4`,
        remedy: 'put an /etc/inittab into the root that names the console only: ::respawn:-/bin/sh',
      }
    );
  },
} satisfies Partial<Record<Outcome, Signature>>;
