import { lockedIdentity, listStored, removeStored, type LockFile, type StoredKind } from '@bringup/kbuild';
import { KnownProjects } from '../plugin/references.js';
import type { Declaration } from '../workspace/declaration.js';
import { listKept, removeKept } from './kept-directories.js';

/** Something that takes space and can be made or fetched again. */
export interface StorageEntry {
  /** `kept`: a kept directory of this workspace. The others are in the store, which all workspaces share. */
  readonly kind: 'kept' | StoredKind;
  /** Its name, for people. */
  readonly name: string;
  readonly path: string;
  /** On the disk. */
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly usedMs: number;
  /** A kept directory of a project or variant that the workspace no longer has. */
  readonly orphan: boolean;
  /** Why it is never removed, in words that follow "because"; undefined when it can be. */
  readonly spared?: string;
  /** @returns why it was left alone, in words that follow "because"; undefined when it was removed */
  remove(): Promise<string | undefined>;
}

export interface StorageRequest {
  readonly workspaceRoot: string;
  /** The declarations of all projects of the workspace. */
  readonly declarations: readonly Declaration[];
  readonly lock: Pick<LockFile, 'sources'>;
  /** The store's directory. */
  readonly home: string;
  /** Do not spare the sources that the lock names. */
  readonly lockedSources?: boolean;
}

/** All kept directories of a workspace, and the store: first entries whose project no longer exists, then the least recently used ones. */
export async function findStorage(request: StorageRequest): Promise<StorageEntry[]> {
  const entries = [...(await keptEntries(request)), ...(await storeEntries(request))];
  return entries.sort((a, b) => rank(a) - rank(b) || a.usedMs - b.usedMs);
}

function rank({ orphan, kind }: StorageEntry): number {
  if (orphan) return 0;
  return kind === 'leftover' ? 1 : 2;
}

async function keptEntries({ workspaceRoot, declarations }: StorageRequest): Promise<StorageEntry[]> {
  const references = new KnownProjects(new Map(declarations.map((one) => [one.project, one])));
  const all = declarations.map((declaration) => references.withVariants(declaration));
  const kept = await listKept(workspaceRoot, all);
  return kept.map(({ name, path, bytes, usedMs, declaration, holder, hasUefiVariables }) => {
    const spared =
      holder !== undefined
        ? `it is used by ${holder}`
        : hasUefiVariables && declaration
          ? "it has the board's UEFI variables"
          : undefined;
    return {
      ...{ kind: 'kept', name, path, bytes, usedMs },
      orphan: declaration === undefined,
      ...(spared === undefined ? {} : { spared }),
      remove: async () => {
        const found = await removeKept(path, { purpose: `removing ${path}`, wait: false });
        return found === undefined ? undefined : `it is used by ${found}`;
      },
    };
  });
}

async function storeEntries(request: StorageRequest): Promise<StorageEntry[]> {
  const { home, lock, lockedSources } = request;
  const users = new Map(
    Object.entries(lock.sources).map(([project, source]) => [lockedIdentity(source).slice(0, 32), project]),
  );
  return (await listStored({ home })).map((stored) => {
    const { kind, id, title, path, bytes, usedMs, inUse } = stored;
    const user = kind === 'source' ? users.get(id) : undefined;
    const spared = inUse
      ? 'a running process uses it'
      : user !== undefined && lockedSources !== true
        ? `this workspace's lock names it for ${user}`
        : undefined;
    return {
      ...{ kind, name: title, path, bytes, usedMs, orphan: false },
      ...(spared === undefined ? {} : { spared }),
      remove: async () => ((await removeStored(stored, { home })) ? undefined : 'a running process uses it'),
    };
  });
}

/** Bytes by where they are. */
export interface StorageTotals {
  /** Kept directories of this workspace. */
  readonly kept: number;
  /** Kept directories of projects and variants that the workspace no longer has; counted in `kept`, too. */
  readonly orphans: number;
  readonly store: number;
}

export function storageTotals(entries: readonly StorageEntry[]): StorageTotals {
  const sum = (fits: (entry: StorageEntry) => boolean) =>
    entries.filter(fits).reduce((bytes, entry) => bytes + entry.bytes, 0);
  return {
    kept: sum(({ kind }) => kind === 'kept'),
    orphans: sum(({ orphan }) => orphan),
    store: sum(({ kind }) => kind !== 'kept'),
  };
}
