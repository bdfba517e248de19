import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { describeDiskError } from './no-space.js';
import { identifyProcess, pidNamespace, type ProcessIdentity } from './process-identity.js';

/** The process that holds a lock: the content of `PATH.owner`. */
export interface LockOwner extends ProcessIdentity {
  /** A unique id: only its writer removes a record. */
  token: string;
  /** Its work, in words that follow "which is": `updating the package lists`. */
  purpose: string;
  host: string;
  /** The id of the installed operating system; empty without a machine-id. */
  machine: string;
  /** The id of this kernel's boot. */
  boot: string;
  /** The namespace of its pid (pid_namespaces(7)). */
  namespace: string;
  /** The inode of the lock's file: a record that was copied with its directory has another one. */
  inode: number;
}

/** The record of this process. */
export function describeSelf(purpose: string, inode: number): LockOwner {
  const { pid, started } = identifyProcess(process.pid) ?? { pid: process.pid, started: '' };
  return {
    ...{ token: randomUUID(), pid, started, purpose, inode },
    ...{ host: hostname(), machine: ownMachine(), boot: ownBoot(), namespace: pidNamespace() },
  };
}

function readOr(fallback: string, read: () => string): string {
  try {
    return read().trim();
  } catch {
    return fallback;
  }
}

function ownBoot(): string {
  return readOr('', () => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8'));
}

/** machine-id(5) asks programs to publish only a hash of it. */
function ownMachine(): string {
  const id = readOr('', () => readFileSync('/etc/machine-id', 'utf8'));
  return id && createHash('sha256').update(`bringup ${id}`).digest('hex').slice(0, 16);
}

/** Whether the owner's processes run on this kernel, whose lock then is the truth. */
export function isOfThisKernel({ boot }: LockOwner): boolean {
  return boot === ownBoot();
}

/** Whether this process can look up the owner's pid. */
export function isOfThisNamespace(owner: LockOwner): boolean {
  return isOfThisKernel(owner) && owner.namespace === pidNamespace();
}

/**
 * Whether the owner must have ended, once this kernel has given us the lock: it ran on this kernel or in an earlier boot of
 * this machine, or the record belongs to a copied directory. An owner on another host may still run, where the file system
 * does not share its locks.
 */
function isOver(owner: LockOwner, inode: number): boolean {
  if (owner.inode !== inode || isOfThisKernel(owner)) return true;
  return owner.host === hostname() && owner.machine === ownMachine();
}

export function ownerFile(path: string): string {
  return `${path}.owner`;
}

/** The record beside a lock; undefined when it is missing or unreadable. */
export async function readOwner(path: string): Promise<LockOwner | undefined> {
  try {
    const owner = JSON.parse(await readFile(ownerFile(path), 'utf8')) as Partial<LockOwner> | null;
    return isOwner(owner) ? owner : undefined;
  } catch {
    return undefined;
  }
}

function isOwner(owner: Partial<LockOwner> | null): owner is LockOwner {
  const texts = ['token', 'purpose', 'host', 'machine', 'boot', 'namespace', 'started'] as const;
  return (
    owner !== null &&
    typeof owner === 'object' &&
    texts.every((name) => typeof owner[name] === 'string') &&
    [owner.pid, owner.inode].every((number) => Number.isSafeInteger(number))
  );
}

/**
 * Writes our record beside a lock that this kernel has given us.
 *
 * @returns the owner that may still run and blocks us, if any
 * @throws ToolError `NO_SPACE`
 */
export async function claim(path: string, own: LockOwner): Promise<LockOwner | undefined> {
  const aside = asidePath(path, own);
  try {
    await writeFile(aside, `${JSON.stringify(own)}\n`);
    while (!(await linkNew(aside, ownerFile(path)))) {
      const other = await readOwner(path);
      if (other && !isOver(other, own.inode)) return other;
      // Only records of this kernel or machine are removed, so two hosts never remove the same record.
      await rm(ownerFile(path), { force: true });
    }
    return undefined;
  } catch (error) {
    throw describeDiskError(error, aside);
  } finally {
    await rm(aside, { force: true });
  }
}

/** One name for each kernel. Its lock lets one process at a time use the name. */
function asidePath(path: string, { boot }: LockOwner): string {
  return `${ownerFile(path)}.${boot || hostname()}`;
}

/** link(2) is atomic, over NFS too. */
async function linkNew(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === 'EEXIST') return false;
    throw error;
  }
}

/** Removes our record; another's is left alone. */
export async function disclaim(path: string, own: LockOwner): Promise<void> {
  if ((await readOwner(path))?.token === own.token) await rm(ownerFile(path), { force: true });
}

/** Puts another process in the place of this one, in our record. */
export async function reassign(path: string, own: LockOwner, heir: ProcessIdentity): Promise<void> {
  if ((await readOwner(path))?.token !== own.token) return;
  const aside = asidePath(path, own);
  await writeFile(aside, `${JSON.stringify({ ...own, ...heir })}\n`);
  await rename(aside, ownerFile(path));
}
