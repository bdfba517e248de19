import type { Match, Signature } from './signature.js';
import { findLine, values, type Findings } from './evidence.js';
import type { Outcome } from './outcomes.js';

/** Panics that have a signature of their own. */
const EXPLAINED_PANIC =
  /^(VFS: Unable to mount root fs|No working init found|Requested init |Attempted to kill init!|System is deadlocked on memory|Out of memory)/;

/** A kernel that stopped on its way to init, or is in trouble later. */
export const KERNEL_SIGNATURES = {
  'initrd-compression': (findings) => {
    const match = findLine(findings, /^Initramfs unpacking failed: compression method (\w+) not configured/);
    return match && unpackable(match[1]!, findings);
  },
  'initrd-unpack': (findings) => {
    const match = findLine(findings, /^Initramfs unpacking failed: (?!compression method)(.*)/);
    return match && notUnpacked(match[1]!, findings);
  },
  'init-for-rdinit': (findings) => {
    const [init] = values(findings, 'init');
    if (!rootless(findings) || !findings.hasInitrd || init === undefined) return undefined;
    if (values(findings, 'rdinit').length > 0 || values(findings, 'root').length > 0) return undefined;
    return {
      cause: `init=${init} names the init of a root disk; the initramfs has no /init, and the kernel looks for nothing else in it`,
      remedy: `give rdinit=${init}`,
    };
  },
  'no-initramfs-init': (findings) => {
    if (!rootless(findings) || !findings.hasInitrd || values(findings, 'root').length > 0) return undefined;
    const [rdinit] = values(findings, 'rdinit');
    if (rdinit === undefined && values(findings, 'init').length > 0) return undefined; // init-for-rdinit
    return {
      cause: `the initramfs has no program ${rdinit ?? '/init'}, so the kernel went on to look for a root disk`,
      remedy:
        rdinit === undefined
          ? 'put an executable /init into the initramfs, or name another by rdinit='
          : 'correct rdinit=, or put that program, executable, into the initramfs (nx run ROOTFS:build lists what is wrong)',
    };
  },
  'no-root': (findings) => {
    const match = findLine(findings, /^VFS: Cannot open root device "(.*?)"/);
    if (!match || (findings.hasInitrd && values(findings, 'root').length === 0)) return undefined;
    const devices = seenDevices(findings);
    const [root] = values(findings, 'root');
    return {
      cause: root
        ? `the kernel found no root device ${root}`
        : 'there is no initramfs, and no root= says where the root is',
      remedy:
        devices.length > 0
          ? 'correct root= by the devices below'
          : 'the kernel sees no block device at all: give the board a disk and the kernel its driver (CONFIG_VIRTIO_BLK, CONFIG_VIRTIO_PCI), or an initramfs',
      seen: devices,
    };
  },
  'no-root-file-system': (findings) => {
    const index = findings.lines.findIndex((line) => /^No filesystem could mount root, tried: /.test(line));
    if (index < 0) return undefined;
    const tried = findings.lines
      .slice(
        index,
        findings.lines.findIndex((line, at) => at > index && /^(Kernel panic|$)/.test(line)),
      )
      .flatMap((line) => line.replace('No filesystem could mount root, tried:', '').trim().split(/\s+/))
      .filter(Boolean);
    return {
      cause: `the root device is there, and holds none of the file systems that the kernel has (${tried.join(', ')})`,
      remedy:
        'name the partition and not the disk (root=/dev/vda1), or turn its file system on (CONFIG_EXT4_FS)',
      seen: seenDevices(findings),
    };
  },
  'requested-init-failed': (findings) => {
    const match = findLine(
      findings,
      /^Kernel panic - not syncing: Requested init (\S+) failed \(error (-\d+)\)/,
    );
    return (
      match && {
        cause: `the kernel could not run init=${match[1]}: ${errorText(match[2]!)}`,
        remedy: 'correct init=, or leave it out: /sbin/init, /etc/init, /bin/init and /bin/sh are tried then',
      }
    );
  },
  'no-init': (findings) => {
    if (!findLine(findings, /^Kernel panic - not syncing: No working init found\./)) return undefined;
    const failed = findLine(
      findings,
      /^(?:Failed to execute|Starting init:) (\S+?)(?: exists.*)? \(error (-\d+)\)/,
    );
    return {
      cause: failed
        ? `init is there and does not start: ${failed[1]}: ${errorText(failed[2]!)}`
        : 'the root has none of /sbin/init, /etc/init, /bin/init, /bin/sh',
      remedy:
        'init must be executable, for this architecture, static or with its libraries and interpreter (CONFIG_BINFMT_ELF; CONFIG_BINFMT_SCRIPT for a script), or named by init= (of an initramfs: rdinit=)',
    };
  },
  'out-of-memory': (findings) => {
    const match =
      findLine(findings, /^Out of memory(?:: |\s\()?.*?Killed process \d+ \((.*?)\)/) ??
      findLine(findings, /^Kernel panic - not syncing: (?:System is deadlocked on memory|Out of memory)/);
    return (
      match && {
        cause:
          match[1] === undefined
            ? 'the guest has too little memory to run at all'
            : `the guest ran out of memory: the kernel killed ${match[1]}`,
        remedy:
          'give the board more memory (option memory, in MiB), or the guest less to keep in its initramfs',
      }
    );
  },
  oops: (findings) => {
    const match = findLine(
      findings,
      /^(?:Internal error: (.*)|BUG: ((?:kernel NULL|unable to handle|sleeping).*)|Oops: (.*)|Oops( \[#\d+\])|(Unable to handle kernel .*))$/,
    );
    if (!match) return undefined;
    const at = findLine(findings, /^(?:pc|RIP|epc) ?: (.*)/)?.[1];
    return {
      cause: `the kernel made an invalid access (an oops): ${match[0]}${at ? `, at ${at}` : ''}`,
      remedy:
        'this is a bug in the kernel or a module: CONFIG_KALLSYMS=y names the functions, and nx run KERNEL:build -c debug gives line numbers',
    };
  },
  'soft-lockup': (findings) => {
    const match = findLine(findings, /^watchdog: BUG: soft lockup - CPU#(\d+) stuck for (\d+)s! \[(.*)\]/);
    return (
      match && {
        cause: `CPU ${match[1]} ran in the kernel for ${match[2]} s without a break, in ${match[3]}`,
        remedy:
          'a loop in the kernel or a module (the trace in the console says where); on a slow host under TCG it may be false: raise watchdog_thresh= on the command line',
      }
    );
  },
  'hung-task': (findings) => {
    const match = findLine(findings, /^INFO: task (\S+) blocked for more than (\d+) seconds\./);
    return (
      match && {
        cause: `${match[1]} waits in the kernel for more than ${match[2]} s for something that does not come`,
        remedy: 'the trace in the console says what for: a lock, or a disk that does not answer',
      }
    );
  },
  'init-exited': (findings) => {
    const match = findLine(
      findings,
      /^Kernel panic - not syncing: Attempted to kill init! exitcode=0x([0-9a-f]{8})/,
    );
    return (
      match && {
        cause: `init ended, which it must never do: ${exitText(Number.parseInt(match[1]!, 16))}`,
        remedy: 'end /init with `exec sh`, or with a power-off',
      }
    );
  },
  panic: (findings) => {
    const match = findLine(findings, /^Kernel panic - not syncing: (.*)/);
    if (!match || EXPLAINED_PANIC.test(match[1]!)) return undefined;
    return {
      cause: `the kernel gave up: ${match[1]}`,
      remedy: 'the trace above it in the console says where; nx run KERNEL:build -c debug gives line numbers',
    };
  },
} satisfies Partial<Record<Outcome, Signature>>;

/** The kernel found neither an init in the initramfs nor a root. */
function rootless(findings: Findings): boolean {
  return (
    findLine(findings, /^Kernel panic - not syncing: VFS: Unable to mount root fs/) !== undefined &&
    !findLine(findings, /^Initramfs unpacking failed: /)
  );
}

/** The lines between the kernel's "here are the available partitions" and its panic (block/genhd.c). */
function seenDevices({ lines }: Findings): string[] {
  const start = lines.findIndex((line) =>
    /(here are the available partitions|List of all partitions|List of all bdev filesystems):/.test(line),
  );
  if (start < 0) return [];
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => !/^([0-9a-f]{4} |\s+driver: )/.test(line));
  return rest.slice(0, end < 0 ? undefined : end).map((line) => line.trimEnd());
}

const RD_SYMBOLS: Readonly<Record<string, string>> = {
  ...{ gzip: 'CONFIG_RD_GZIP', bzip2: 'CONFIG_RD_BZIP2', lzma: 'CONFIG_RD_LZMA', xz: 'CONFIG_RD_XZ' },
  ...{ lzo: 'CONFIG_RD_LZO', lz4: 'CONFIG_RD_LZ4', zstd: 'CONFIG_RD_ZSTD' },
};

function unpackable(method: string, { initrdFormat }: Findings): Match {
  const symbol = RD_SYMBOLS[method] ?? `CONFIG_RD_${method.toUpperCase()}`;
  const agrees = initrdFormat === method ? ', as its first bytes say too' : '';
  return {
    cause: `the initramfs is compressed by ${method}${agrees}, which this kernel cannot unpack`,
    remedy: `give the kernel ${symbol}=y, or the initramfs another compression`,
  };
}

function notUnpacked(message: string, { initrdFormat }: Findings): Match {
  const cause = `the kernel could not unpack the initramfs: ${message}`;
  if (message.startsWith('write error'))
    return {
      cause: `${cause}: it does not fit into the guest's memory`,
      remedy: 'give the board more memory (option memory, in MiB)',
    };
  if (!message.startsWith('invalid magic'))
    return {
      cause: `${cause}: the file is damaged or not complete`,
      remedy: 'make it anew: nx run ROOTFS:build --skip-nx-cache',
    };
  return {
    cause: `${cause}: it is not a cpio archive, and not compressed in a format that the kernel knows${initrdFormat ? ` (its first bytes are those of ${initrdFormat})` : ''}`,
    remedy:
      initrdFormat === 'lz4-frame'
        ? 'the kernel reads the old format of lz4: lz4 -l'
        : 'give a newc cpio archive, plain or compressed; a uRamdisk or FIT is for U-Boot, which unpacks it',
  };
}

const ERRORS: Readonly<Record<string, string>> = {
  '-2': 'it, its interpreter or the loader of its libraries is not there (ENOENT)',
  '-8': 'it is not for this architecture, or the kernel cannot run its format (ENOEXEC)',
  '-13': 'it is not executable (EACCES)',
  '-20': 'a part of its path is not a directory (ENOTDIR)',
  '-40': 'its symlinks go in a circle (ELOOP)',
};

function errorText(error: string): string {
  return ERRORS[error] ?? `error ${error}`;
}

/** A status as wait(2) gives it: the exit code in the second byte, the signal in the first. */
function exitText(status: number): string {
  const signal = status & 0x7f;
  return signal === 0 ? `with exit code ${(status >> 8) & 0xff}` : `by signal ${signal}`;
}
