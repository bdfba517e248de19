import { createHash } from 'node:crypto';

/**
 * The one date in every image, in seconds since 1970: 1980-01-01 00:00 UTC, the first that FAT can express, so that a
 * file has the same date in each file system.
 */
export const IMAGE_TIME = 315_532_800;

/** A hash of an image's inputs, the seed for everything that is usually random: 64 hex digits. */
export function contentSeed(...parts: readonly string[]): string {
  const hash = createHash('sha256');
  // Lengths keep ("ab", "c") and ("a", "bc") apart.
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:${part}`);
  return hash.digest('hex');
}

/** A UUID out of a seed; RFC 9562, section 5.8: version 8 is the one whose bits are the writer's own. */
export function seededUuid(seed: string, purpose: string): string {
  const hex = contentSeed(seed, purpose);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}

/** A 32-bit serial number out of a seed, as 8 hex digits: FAT's volume id, MBR's disk id, VMDK's CID. Never 0 or all ones. */
export function seededSerial(seed: string, purpose: string): string {
  return `1${contentSeed(seed, purpose).slice(1, 8)}`;
}
