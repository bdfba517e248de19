import { CAPTURED, readCaptured } from '../testing/captured-boots.js';
import { diagnose, OUTCOMES, type Outcome } from './index.js';

/** Captured boot → what is found in it, causes first, and a piece of the first cause or its remedy. */
const TABLE: Record<string, [outcomes: Outcome[], told: RegExp]> = {
  'vmlinux.x86_64': [['vmlinux'], /bzImage/],
  'vmlinux.arm64': [['vmlinux', 'silent'], /arm64\/boot\/Image/],
  'compressed-kernel.initrd': [['compressed-kernel'], /not Image\.gz/],
  'compressed-kernel.silent': [['compressed-kernel', 'silent'], /compressed copy/],
  'wrong-console.arm64': [['wrong-console', 'silent'], /console=ttyS0, which.*put console=ttyAMA0/],
  'wrong-console.missing': [['wrong-console', 'silent'], /no console= is given.*put console=ttyS0/],
  'wrong-console.earlycon': [['wrong-console', 'init-exited'], /console=ttyS0/],
  'silent.x86_64': [['silent'], /CONFIG_SERIAL_8250_CONSOLE.*earlycon/],
  'silent.device-tree': [['silent'], /no device tree was given for cubieboard.*\(dtb\)/],
  'initrd-compression.xz': [['initrd-compression'], /by xz, as its first bytes.*CONFIG_RD_XZ=y/],
  'initrd-unpack.garbage': [['initrd-unpack'], /invalid magic.*not a cpio archive/],
  'initrd-unpack.lz4-frame': [['initrd-unpack'], /those of lz4-frame.*lz4 -l/],
  'initrd-unpack.truncated': [['initrd-unpack'], /read error.*not complete/],
  'initrd-unpack.memory': [['initrd-unpack'], /write error.*more memory/],
  'init-for-rdinit': [['init-for-rdinit'], /give rdinit=\/bin\/sh/],
  'no-initramfs-init': [['no-initramfs-init'], /no program \/init,/],
  'no-initramfs-init.rdinit': [['no-initramfs-init'], /no program \/nonexistent,/],
  'no-root.no-disk': [['no-root'], /no root device \/dev\/vda1.*no block device at all/],
  'no-root.no-partition': [['no-root'], /correct root= by the devices/],
  'no-root.nothing-given': [['no-root'], /no initramfs, and no root=/],
  'no-root-file-system': [['no-root-file-system'], /\(ext3, ext2, ext4\)/],
  'requested-init-failed': [['requested-init-failed'], /init=\/sbin\/nosuch: .*ENOENT/],
  'no-init.root-disk': [['no-init'], /none of \/sbin\/init/],
  'no-init.other-arch': [['no-init'], /\/init: it is not for this architecture/],
  'no-init.interpreter': [['no-init'], /\/init: it, its interpreter/],
  'out-of-memory': [['out-of-memory'], /the kernel killed tail/],
  'oops.arm64': [['oops', 'panic'], /Unable to handle kernel/],
  'oops.x86_64': [['oops', 'panic'], /BUG: kernel NULL pointer dereference.*, at 0x0+10;/],
  'soft-lockup': [['soft-lockup'], /soft lockup - CPU#0 stuck for \d+s! \[insmod/],
  'hung-task': [['hung-task', 'module-failed'], /INFO: task insmod:23 blocked for more than 3 seconds/],
  'init-exited': [['init-exited'], /with exit code 0.*exec sh/],
  'panic.sysrq': [['panic'], /gave up: sysrq triggered crash/],
  'no-console-device': [['no-console-device', 'init-exited'], /\/dev\/console/],
  'no-rcs': [['no-rcs'], /No such file or directory.*inittab/],
  'missing-tty': [['missing-tty'], /\/dev\/tty[234].*inittab/],
};

it('has a captured boot for each row and a row for each, and one for each signature', () => {
  const healthy = CAPTURED.filter((name) => name.startsWith('ready.'));
  expect(Object.keys(TABLE).sort()).toEqual(CAPTURED.filter((name) => !healthy.includes(name)).sort());
  const withoutLog = ['ready', 'qemu-exited', 'timeout', 'command-failed', 'tests-failed'];
  // Their forms are in complaints.spec.ts.
  withoutLog.push('hard-lockup', 'rcu-stall', 'kernel-bug', 'kernel-warning', 'module-failed');
  expect(new Set(Object.values(TABLE).map(([[first]]) => first!))).toEqual(
    new Set(Object.keys(OUTCOMES).filter((outcome) => !withoutLog.includes(outcome))),
  );
});

describe.each(Object.entries(TABLE))('%s', (name, [outcomes, told]) => {
  const captured = readCaptured(name);
  const inOrder = (text: (line: string) => string) => {
    const console = captured.console.split('\n').map(text).join('\n');
    const found = diagnose({ ...captured, console });
    expect(found.map(({ outcome }) => outcome)).toEqual(outcomes);
    expect(found[0]).toMatchObject({ exitCode: OUTCOMES[outcomes[0]!] });
    expect(`${found[0]!.cause}; ${found[0]!.remedy}`).toMatch(told);
  };
  it('is diagnosed', () => inOrder((line) => line));
  it('is diagnosed with time stamps and callers', () => {
    // eslint-disable-next-line no-control-regex -- what SeaBIOS writes begins with escape sequences
    const unstamped = /^(\s|$|[a-z/]+( |$)|can't|Please|\u001b|SeaBIOS|Booting from)/;
    inOrder((line) => (unstamped.test(line) ? line : `[    1.000000][    T1] ${line}`));
  });
});

it.each(CAPTURED.filter((name) => name.startsWith('ready.')))('%s: nothing', (name) => {
  const captured = readCaptured(name);
  for (const end of [undefined, 'timeout', 'exit'] as const)
    expect(diagnose({ ...captured, end })).toEqual([]);
});

it.each(CAPTURED)('%s: no prefix of it, while the guest runs, is called silent', (name) => {
  const captured = { ...readCaptured(name), end: undefined };
  for (let length = 0; length < captured.console.length; length += 97) {
    const outcomes = diagnose({ ...captured, console: captured.console.slice(0, length) });
    expect(outcomes.map(({ outcome }) => outcome)).not.toContain('silent');
  }
});

it.each(['ppc64', 'mips64el', 'loongarch64'])('does not blame vmlinux, the boot image, on %s', (name) => {
  const captured = readCaptured('vmlinux.arm64');
  const argv = [`qemu-system-${name}`, ...captured.argv.slice(1)];
  expect(diagnose({ ...captured, argv }).map(({ outcome }) => outcome)).not.toContain('vmlinux');
});

it('lists what the kernel saw where there is no root', () => {
  expect(diagnose(readCaptured('no-root.no-partition'))[0]!.seen).toEqual([
    'fe00           16384 vda',
    ' driver: virtio_blk',
  ]);
  expect(diagnose(readCaptured('no-root.no-disk'))[0]!.seen).toEqual([]);
});

it('has exit codes of its own, clear of those of shells, sysexits and QEMU', () => {
  const codes = Object.values(OUTCOMES);
  expect(new Set(codes).size).toBe(codes.length);
  expect(codes.filter((code) => code !== 0 && (code < 10 || code > 63))).toEqual([]);
});

it.each(['a', ' ', '[ ', '\r', '.', '\n', '\u001b[', '\u001b[0', 'Killed process 1 (', 'init: '])(
  'reads megabytes of %j within the time of a test',
  (unit) => {
    const console = `Out of memory: ${unit.repeat(2_000_000 / unit.length)}`;
    expect(diagnose({ console, stderr: '', argv: [], end: 'timeout' })).toEqual([]);
  },
);

it("does not pass a guest's escape sequences on", () => {
  const console = 'Kernel panic - not syncing: a\u001b]0;title\u0007\u009b31mb\n';
  const [found] = diagnose({ console, stderr: '', argv: [], end: 'panic' });
  expect(found!.cause).toBe('the kernel gave up: a]0;title31mb');
});
