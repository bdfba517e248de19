import type { Match, Signature } from './signature.js';
import { findLine, values, type Findings } from './evidence.js';
import { noRoot, seenDevices } from './root-signatures.js';
import { describeExit } from './init-exit.js';
import type { Outcome } from './outcomes.js';

/** Panics that have a signature of their own. */
const EXPLAINED_PANIC =
  /^(VFS: Unable to mount root fs|No working init found|Requested init |Attempted to kill init!|System is deadlocked on memory|Out of memory)/;

/** Panics that end what a complaint began: oops=panic, panic_on_warn, softlockup_panic, hung_task_panic and the like. */
const FOLLOWING_PANIC =
  /^(Fatal exception|Fatal hardware error|Oops|Machine halted|.*panic_on_warn set|softlockup: |hung_task: |RCU Stall|.*[Hh]ard LOCKUP|kernel stack overflow|Aiee, killing interrupt handler)/;

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
  'no-root': noRoot,
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
  'init-exited': (findings) => {
    const match = findLine(
      findings,
      /^Kernel panic - not syncing: Attempted to kill init! exitcode=0x([0-9a-f]{8})/,
    );
    // An oops kills the process that it happens in.
    if (!match || findings.complaints.some(({ outcome }) => outcome === 'oops')) return undefined;
    return describeExit(Number.parseInt(match[1]!, 16));
  },
  panic: (findings) => {
    const match = findLine(findings, /^Kernel panic - not syncing: (.*)/);
    if (!match || EXPLAINED_PANIC.test(match[1]!)) return undefined;
    // A complaint led to it.
    if (findings.complaints.length > 0 && FOLLOWING_PANIC.test(match[1]!)) return undefined;
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
