import { hash } from 'node:crypto';
import type { FileIdentity } from './remembered-files.js';

const MODULUS = 1n << 256n;

/**
 * A hash of a set of files that can be brought up to date file by file: the sum of the files' own hashes. Two different sets do not
 * have the same sum by chance (a multiset hash by addition: Bellare and Micciancio, "A New Paradigm for Collision-Free Hashing").
 */
export class ContentSum {
  /** @param value of {@link toString}, to go on from; by default that of no file */
  constructor(value?: string) {
    this.sum = value === undefined ? 0n : BigInt(`0x${value}`);
  }

  private sum: bigint;

  add(name: string, identity: FileIdentity): void {
    this.sum += term(name, identity);
  }

  /** Takes a file out that was added before. */
  subtract(name: string, identity: FileIdentity): void {
    this.sum -= term(name, identity);
  }

  /** 64 hexadecimal digits. */
  toString(): string {
    const reduced = ((this.sum % MODULUS) + MODULUS) % MODULUS;
    return reduced.toString(16).padStart(64, '0');
  }
}

/** A name has no NUL, so two different files never give the same bytes. */
function term(name: string, identity: FileIdentity): bigint {
  return BigInt(`0x${hash('sha256', Buffer.from(`${name}\0${identity}`, 'latin1'))}`);
}
