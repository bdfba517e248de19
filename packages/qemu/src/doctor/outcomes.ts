/**
 * The possible outcomes of a boot, by the id that `expect.outcome`, test.json and messages use, each with its exit code. Ids and
 * codes are stable: scripts match on them. Codes avoid those of shells (126 and up), of sysexits(3) (64 to 78), and of QEMU and
 * Nx (1).
 *
 * The order follows causes: an earlier outcome leads to later ones, so the first that matches is the outcome.
 */
export const OUTCOMES = {
  ready: 0,
  // QEMU or the firmware did not start the kernel.
  vmlinux: 10,
  'compressed-kernel': 11,
  // The kernel ran, and nobody saw it.
  'wrong-console': 12,
  // The initramfs: without its content there is no init, and then no root.
  'initrd-compression': 15,
  'initrd-unpack': 16,
  // Init and root.
  'init-for-rdinit': 20,
  'no-initramfs-init': 21,
  'no-root': 22,
  'no-root-file-system': 23,
  'requested-init-failed': 24,
  'no-init': 25,
  // A shell as init ends at once where it has no console.
  'no-console-device': 26,
  // The kernel in trouble. A lack of memory and an oops kill processes, init too; what hangs may panic later.
  'out-of-memory': 30,
  oops: 31,
  'soft-lockup': 32,
  'hung-task': 33,
  'hard-lockup': 36,
  'rcu-stall': 37,
  'kernel-bug': 38,
  'init-exited': 34,
  panic: 35,
  // User space that starts, and does not get far.
  'no-rcs': 41,
  'missing-tty': 42,
  // The kernel went on.
  'module-failed': 43,
  'kernel-warning': 39,
  // Nothing else is known.
  silent: 45,
  'qemu-exited': 46,
  timeout: 47,
  'command-failed': 48,
  'tests-failed': 49,
} as const satisfies Record<string, number>;

/** The outcome of a boot. */
export type Outcome = keyof typeof OUTCOMES;
