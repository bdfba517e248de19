import type { Signature } from './signature.js';
import { argument } from './argument.js';
import { findLine, values, type Findings } from './evidence.js';
import type { Outcome } from './outcomes.js';

/** The first line of a kernel, on any arch. */
const KERNEL_SPEAKS = /^(Linux version |Booting Linux on )/;

/** Lines before the kernel's first: from the PC's BIOS, U-Boot, and the kernel's own UEFI stub. */
const BEFORE_KERNEL =
  /^(SeaBIOS \(version|iPXE|Booting from |EFI stub: |BdsDxe: |Starting kernel \.\.\.|UEFI firmware|\.*$)/;

/** The serial ports of QEMU's usual machines. Others, such as cubieboard, have ports with other names. */
interface UsualMachines {
  readonly program: RegExp;
  /** `-machine`, without properties. */
  readonly machine: RegExp;
  /** Values of `console=` that reach the port. */
  readonly fits: RegExp;
  readonly port: string;
  readonly driver: string;
}
const UART = { fits: /^(ttyS|uart|hvc)/, port: 'ttyS0', driver: 'CONFIG_SERIAL_8250_CONSOLE' };
const PL011 = { fits: /^(ttyAMA|pl011|hvc)/, port: 'ttyAMA0', driver: 'CONFIG_SERIAL_AMBA_PL011_CONSOLE' };
const USUAL_MACHINES: readonly UsualMachines[] = [
  { ...UART, program: /qemu-system-(x86_64|i386)$/, machine: /^(q35|pc|microvm)(-|$)/ },
  { ...PL011, program: /qemu-system-(aarch64|arm)$/, machine: /^virt(-|$)/ },
  { ...UART, program: /qemu-system-riscv(64|32)$/, machine: /^virt$/, fits: /^(ttyS|uart|hvc|sbi)/ },
];

/** `-machine` without its properties; QEMU has a default only for PCs. */
function machineOf({ argv }: Findings): string {
  return argument(argv, '-machine')?.split(',')[0] ?? 'pc';
}

function usualMachine(findings: Findings): UsualMachines | undefined {
  const name = machineOf(findings);
  return USUAL_MACHINES.find(
    ({ program, machine }) => program.test(findings.argv[0] ?? '') && machine.test(name),
  );
}

/** Whether vmlinux is the boot image of the machine's architecture. */
function bootsElf({ argv }: Findings): boolean {
  return /qemu-system-(ppc|mips|loongarch)/.test(argv[0] ?? '');
}

/** The kernel never got out of the file that was to hold it, or into a console that is seen. */
export const BOOT_SIGNATURES = {
  vmlinux: (findings) => {
    const refused = /PVH ELF Note|invalid kernel header/.test(findings.stderr);
    // QEMU loads an ELF file for Arm where its program headers say: at virtual addresses, where no memory is.
    const lost = findings.kernelFormat === 'elf' && !bootsElf(findings) && isSilent(findings);
    if (!refused && !lost) return undefined;
    return {
      cause: 'the kernel is vmlinux, an ELF file for debuggers that this machine cannot boot',
      remedy: 'give the boot image: arch/x86/boot/bzImage, arch/arm64/boot/Image, arch/arm/boot/zImage',
    };
  },
  'compressed-kernel': (findings) => {
    const refused = /too old to load a ram disk|Bad Linux ARM64 Image magic/.test(
      `${findings.stderr}\n${findings.console}`,
    );
    const lost = isCompressed(findings.kernelFormat) && isSilent(findings);
    if (!refused && !lost) return undefined;
    return {
      cause:
        'the kernel is a compressed copy (or no kernel at all): what should boot it finds no header in it',
      remedy: 'give bzImage, or Image itself and not Image.gz; a bzImage unpacks itself',
    };
  },
  'wrong-console': (findings) => {
    const usual = usualMachine(findings);
    if (!usual || findings.end === undefined) return undefined;
    const { fits, port } = usual;
    const given = values(findings, 'console');
    // Arm and RISC-V find theirs in the device tree (stdout-path); a PC takes its screen.
    const wrong =
      given.length > 0 ? !given.some((name) => fits.test(name)) : port === 'ttyS0' && isPc(findings);
    if (!wrong || hasConsole(findings)) return undefined;
    return {
      cause:
        given.length > 0
          ? `the kernel writes to console=${given.join(', ')}, which this machine does not have on its serial port`
          : 'no console= is given, so the kernel writes to the screen, which is not shown',
      remedy: `put console=${port} on the kernel's command line`,
    };
  },
  silent: (findings) => {
    if (!hasEnded(findings) || !isSilent(findings)) return undefined;
    if (lacksDeviceTree(findings)) {
      const machine = machineOf(findings);
      return {
        cause: `no output at all, and no device tree was given for ${machine}: unless QEMU makes one for it, the kernel finds no serial port`,
        remedy: `give the board the tree of this machine (dtb); a kernel of Linux has it among its dtbs`,
      };
    }
    const driver = usualMachine(findings)?.driver;
    return {
      cause: 'no output at all',
      remedy:
        `does the kernel have the driver of the serial port and a console on it (CONFIG_PRINTK` +
        `${driver === undefined ? '' : `, ${driver}`})? ` +
        `Is it for this machine and CPU, and does quiet hide its messages? Try earlycon on the command line: ` +
        'it speaks before any driver does. QEMU with -d guest_errors,unimp shows a kernel that fails earlier still',
    };
  },
} satisfies Partial<Record<Outcome, Signature>>;

function hasEnded({ end }: Findings): boolean {
  return end === 'timeout' || end === 'exit';
}

/** Nothing from the kernel or behind it. */
function isSilent({ lines, stderr, end }: Findings): boolean {
  if (end === 'exit' && stderr.trim() !== '') return false; // QEMU did not start: it says why.
  return lines.every((line) => line.trim() === '' || BEFORE_KERNEL.test(line.trim()));
}

/** The kernel is heard, and not only through earlycon. */
function hasConsole(findings: Findings): boolean {
  const enabled = findLine(findings, /^(printk: )?(legacy )?console \[(?!tty\d)\w+\] enabled/);
  if (enabled) return true;
  const early = findLine(findings, /^(printk: )?(legacy )?bootconsole \[/);
  return !early && findLine(findings, KERNEL_SPEAKS) !== undefined;
}

/** Arm's kernels look for all devices in a device tree; QEMU makes one for virt and few other machines. */
function lacksDeviceTree(findings: Findings): boolean {
  const { argv } = findings;
  const wantsOne = /qemu-system-(aarch64|arm)$/.test(argv[0] ?? '');
  return (
    wantsOne &&
    usualMachine(findings) === undefined &&
    argument(argv, '-kernel') !== undefined &&
    argument(argv, '-dtb') === undefined
  );
}

function isPc({ argv }: Findings): boolean {
  return /(x86_64|i386)$/.test(argv[0] ?? '') && argument(argv, '-kernel') !== undefined;
}

function isCompressed(format: Findings['kernelFormat']): boolean {
  return (
    format !== undefined &&
    ['gzip', 'bzip2', 'lzma', 'xz', 'lzo', 'lz4', 'lz4-frame', 'zstd'].includes(format)
  );
}
