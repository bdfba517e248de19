import { UserError } from '@bringup/process';

const UNITS: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

/** Bytes in a mebibyte. */
export const MIB = 2 ** 20;

/**
 * A size in bytes out of `4096`, `64M`, `2G` (powers of 1024).
 *
 * @throws UserError `BAD_SIZE`
 */
export function parseSize(text: string): number {
  const match = /^(\d+)([KMGT]?)$/.exec(text);
  const bytes = match ? Number(match[1]) * UNITS[match[2]!]! : 0;
  if (Number.isSafeInteger(bytes) && bytes > 0) return bytes;
  const message = `${JSON.stringify(text)} is not a size: write a number and K, M, G or T, such as 64M`;
  throw new UserError('BAD_SIZE', message, { size: text });
}

/** Bytes for people: `1.5 MiB`, `512 B`. */
export function formatSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const names = ['KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(names.length, Math.floor(Math.log2(bytes) / 10));
  return `${Number((bytes / 1024 ** power).toFixed(1))} ${names[power - 1]}`;
}

/** The next multiple of `unit`. */
export function roundUp(bytes: number, unit: number): number {
  return Math.ceil(bytes / unit) * unit;
}

/** The error for content that a fixed size has no room for. */
export function tooSmall(what: string, size: number, needed: number): UserError {
  const message =
    `${what} of ${formatSize(size)} is too small: its content needs ${formatSize(needed)}, ` +
    `${formatSize(needed - size)} (${needed - size} bytes) more. Give it a larger size, or "auto"`;
  return new UserError('IMAGE_TOO_SMALL', message, { size, needed, missing: needed - size });
}
