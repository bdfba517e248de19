import { createHash } from 'node:crypto';
import { stat as statFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readJson } from 'fs-extra';
import { sha256File, writeFileAside } from '@bringup/process';
import { manifestPath, readManifest, type Manifest } from './manifest.js';

/** Why a file in a directory of artifacts differs from the published one. */
export type ArtifactFault =
  | { readonly kind: 'missing' }
  /** The manifest to compare it with is missing. */
  | { readonly kind: 'no-manifest'; readonly manifest: string; readonly problem: 'missing' | 'unreadable' }
  | { readonly kind: 'unlisted'; readonly manifest: string }
  | {
      readonly kind: 'size' | 'sha256';
      readonly manifest: string;
      readonly expected: string | number;
      readonly got: string | number;
    };

/** A file as it was when its sha256 was right. Times are in nanoseconds, as text: JSON has no integers of that size. */
interface Remembered {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly inode: string;
  readonly mtime: string;
  readonly ctime: string;
}

const STEPS = ['build', 'config'] as const;

/** A fault counts when nothing here has changed for this long: until then another run of nx may be restoring the file. */
const SETTLED_MS = 1000;
/** The limit for a directory in which something changes all the time. */
const MAX_WAITS = 10;
/** A change within one tick of the kernel's clock (10 ms at most) leaves a file's times as they were. */
const TICK_MS = 20;

/**
 * Compares a published file with its manifest: its size always, its sha256 unless the file is the one that was compared before.
 * The inode, size and times identify that file.
 *
 * @param path an artifact, beside its manifest
 * @param memory the directory that remembers earlier comparisons; if it cannot be written, the file is hashed each time
 * @returns undefined for an artifact that is intact
 */
export async function findArtifactFault(path: string, memory: string): Promise<ArtifactFault | undefined> {
  for (let waited = 0; ; waited += 1) {
    const fault = await compare(path, memory);
    if (!fault) return undefined;
    const age = Date.now() - (await lastChange(path));
    // A time in the future is another clock's.
    if (age < 0 || age >= SETTLED_MS || waited === MAX_WAITS) return fault;
    await delay(SETTLED_MS - age);
  }
}

async function compare(path: string, memory: string): Promise<ArtifactFault | undefined> {
  const found = await identify(path);
  if (!found) return { kind: 'missing' };
  if (isManifestName(path))
    return (await readManifest(path))
      ? undefined
      : { kind: 'no-manifest', manifest: path, problem: 'unreadable' };
  const listing = await findListing(path);
  if ('kind' in listing) return listing;
  const { manifest, expected } = listing;
  if (found.bytes !== expected.bytes)
    return { kind: 'size', manifest, expected: expected.bytes, got: found.bytes };
  const kept = join(memory, `${createHash('sha256').update(path).digest('hex')}.json`);
  const now: Remembered = { path, sha256: expected.sha256, ...found };
  if (isSame(await readJson(kept).catch(() => undefined), now)) return undefined;
  const started = Date.now();
  const sha256 = await sha256File(path);
  if (sha256 !== expected.sha256) return { kind: 'sha256', manifest, expected: expected.sha256, got: sha256 };
  const settled = started - Number(BigInt(found.ctime) / 1_000_000n) > TICK_MS;
  if (settled && isSame(await identify(path), found)) await remember(kept, now);
  return undefined;
}

/** A failure to remember only costs time: on a full or read-only disk the next run hashes the file again. */
async function remember(kept: string, now: Remembered): Promise<void> {
  await writeFileAside(kept, `${JSON.stringify(now)}\n`).catch(() => undefined);
}

function isSame(before: unknown, now: object): boolean {
  if (before === null || typeof before !== 'object') return false;
  return Object.entries(now).every(([name, value]) => (before as Record<string, unknown>)[name] === value);
}

type Identity = Omit<Remembered, 'path' | 'sha256'>;

async function identify(path: string): Promise<Identity | undefined> {
  const found = await statFile(path, { bigint: true }).catch(() => undefined);
  if (!found?.isFile()) return undefined;
  const { size, ino, mtimeNs, ctimeNs } = found;
  return { bytes: Number(size), inode: String(ino), mtime: String(mtimeNs), ctime: String(ctimeNs) };
}

interface Listing {
  readonly manifest: string;
  readonly expected: Manifest['artifacts'][string];
}

function isManifestName(path: string): boolean {
  return STEPS.some((step) => path === manifestPath(dirname(path), step));
}

/** The entry of the manifest that lists a file: a project's configuration and its build have one each. */
async function findListing(path: string): Promise<Listing | ArtifactFault> {
  const [directory, name] = [dirname(path), basename(path)];
  const step = name === '.config' ? 'config' : 'build';
  for (const manifest of STEPS.map((other) => manifestPath(directory, other))) {
    const { artifacts = {} } = (await readManifest(manifest)) ?? {};
    if (Object.hasOwn(artifacts, name)) return { manifest, expected: artifacts[name]! };
  }
  const manifest = manifestPath(directory, step);
  if (await readManifest(manifest)) return { kind: 'unlisted', manifest };
  const problem = (await statFile(manifest).catch(() => undefined)) ? 'unreadable' : 'missing';
  return { kind: 'no-manifest', manifest, problem };
}

/** When the file, its manifests or the names in their directory last changed, in milliseconds since 1970. */
async function lastChange(path: string): Promise<number> {
  const directory = dirname(path);
  const places = [path, directory, manifestPath(directory, 'build'), manifestPath(directory, 'config')];
  const found = await Promise.all(places.map((place) => statFile(place).catch(() => undefined)));
  return Math.max(0, ...found.map((place) => place?.ctimeMs ?? 0));
}
