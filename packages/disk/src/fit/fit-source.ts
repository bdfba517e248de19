import { UserError, type ErrorCode } from '@bringup/process';

/** Signature algorithms that both mkimage and U-Boot have (`crypto_algos` of tools/image-sig-host.c, boot/image-sig.c). */
export const FIT_ALGORITHMS = ['sha256,rsa2048', 'sha256,rsa3072', 'sha256,rsa4096'] as const;
export type FitAlgorithm = (typeof FIT_ALGORITHMS)[number];

export const FIT_COMPRESSIONS = ['none', 'gzip'] as const;
export type FitCompression = (typeof FIT_COMPRESSIONS)[number];

/**
 * Where U-Boot unpacks the kernel of a FIT, and what mkimage calls the arch: `kernel_addr_r` of U-Boot's QEMU boards
 * (include/configs/qemu-arm.h, qemu-riscv.h), aligned to 2 MiB as Documentation/arch/arm64/booting.rst asks. The FIT
 * itself must be loaded where the kernel does not grow into it: `ramdisk_addr_r`. Not `kernel_noload`: U-Boot then moves
 * an arm64 Image within the FIT up to the next 2 MiB, over what follows it. x86_64 is not here: U-Boot starts a bzImage
 * by its setup code, which is an image of its own (doc/usage/fit/x86-fit-boot.rst).
 */
export const FIT_ARCHES = {
  arm64: { name: 'arm64', load: 0x4040_0000 },
  arm: { name: 'arm', load: 0x4040_0000 },
  riscv64: { name: 'riscv', load: 0x8400_0000 },
} as const;
export type FitArch = keyof typeof FIT_ARCHES;

/** The values in an image source file. The contents are the files `kernel`, `ramdisk` and `fdt` beside it. */
interface FitSource {
  arch: FitArch;
  /** Physical address the kernel is unpacked to. Default: see {@link FIT_ARCHES}. */
  loadAddress?: number;
  /** Physical address it is entered at. Default: `loadAddress`. */
  entry?: number;
  compression?: FitCompression;
  ramdisk: boolean;
  fdt: boolean;
  /** Sign the configuration with the key of that name. */
  sign?: { keyName: string; algorithm: FitAlgorithm };
}

/**
 * The text of an image source file (U-Boot's doc/usage/fit/source_file_format.rst): one configuration, sha256 over each
 * image. The signature is over the configuration and the images' hashes: over images alone, somebody could mix signed
 * ones (doc/usage/fit/signature.rst, "Signed Configurations").
 *
 * @throws UserError `BAD_ARCH`, `BAD_ADDRESS`, `BAD_COMPRESSION`, `BAD_KEY_NAME`, `BAD_ALGORITHM`
 */
export function formatIts(source: FitSource): string {
  const { arch, compression = 'none', ramdisk, fdt } = source;
  const known = oneOf('BAD_ARCH', 'arch of a FIT', arch, Object.keys(FIT_ARCHES) as FitArch[]);
  oneOf('BAD_COMPRESSION', 'compression of a FIT', compression, FIT_COMPRESSIONS);
  const { name, load } = FIT_ARCHES[known];
  const loadAddress = source.loadAddress ?? load;
  const kernel = [
    'os = "linux";',
    `compression = "${compression}";`,
    `load = ${address('loadAddress', loadAddress)};`,
    `entry = ${address('entry', source.entry ?? loadAddress)};`,
  ];
  const images = [image('kernel', 'kernel', name, kernel)];
  // The kernel unpacks its initramfs, whatever that is compressed with.
  if (ramdisk) images.push(image('ramdisk', 'ramdisk', name, ['os = "linux";', 'compression = "none";']));
  if (fdt) images.push(image('fdt', 'flat_dt', name, ['compression = "none";']));
  const parts = ['kernel', ...(ramdisk ? ['ramdisk'] : []), ...(fdt ? ['fdt'] : [])];
  const configuration = [
    'description = "bringup";',
    ...parts.map((part) => `${part} = "${part}";`),
    ...(source.sign ? signature(source.sign, parts) : []),
  ];
  return [
    '/dts-v1/;',
    '/ {',
    '  description = "bringup";',
    '  #address-cells = <1>;',
    ...node('images', images.flat()),
    ...node('configurations', ['default = "conf-1";', ...node('conf-1', configuration, 0)]),
    '};',
    '',
  ].join('\n');
}

function image(part: string, type: string, arch: string, properties: string[]): string[] {
  return node(
    part,
    [
      `description = "${part}";`,
      `data = /incbin/("${part}");`,
      `type = "${type}";`,
      `arch = "${arch}";`,
      ...properties,
      ...node('hash-1', ['algo = "sha256";'], 0),
    ],
    0,
  );
}

function signature({ keyName, algorithm }: NonNullable<FitSource['sign']>, parts: string[]): string[] {
  oneOf('BAD_ALGORITHM', 'algorithm of a signature', algorithm, FIT_ALGORITHMS);
  checkKeyName(keyName);
  const images = parts.map((part) => `"${part}"`).join(', ');
  return node(
    'signature-1',
    [`algo = "${algorithm}";`, `key-name-hint = "${keyName}";`, `sign-images = ${images};`],
    0,
  );
}

/** @throws UserError `BAD_KEY_NAME`: it becomes part of a file's name, of a device tree's node and of a string in it */
export function checkKeyName(keyName: string): void {
  if (/^[A-Za-z0-9][\w-]{0,29}$/.test(keyName)) return;
  const message = `key name ${JSON.stringify(keyName)}: letters, digits, "-" and "_", at most 30`;
  throw new UserError('BAD_KEY_NAME', message, { keyName });
}

function node(name: string, lines: readonly string[], depth = 1): string[] {
  const indent = '  '.repeat(depth);
  return [`${indent}${name} {`, ...lines.map((line) => `${indent}  ${line}`), `${indent}};`];
}

/** One cell: U-Boot's `load` and `entry` have as many as #address-cells says. */
function address(option: string, value: number): string {
  if (Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff) return `<0x${value.toString(16)}>`;
  throw new UserError('BAD_ADDRESS', `${option} ${value}: it has to be a whole number of 32 bits`, {
    option,
    value,
  });
}

function oneOf<T extends string>(code: ErrorCode, what: string, value: T, known: readonly T[]): T {
  if (known.includes(value)) return value;
  const message = `unknown ${what} ${JSON.stringify(value)}: one of ${known.join(', ')}`;
  throw new UserError(code, message, { value });
}
