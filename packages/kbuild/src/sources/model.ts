import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import type { FileSelection, TreeEdits, TreeListing, TreeState } from './tree-files.js';

/** A binary package that carries a source tarball below /usr/src (`linux-source-6.1`). */
export interface DebianPackageSpec {
  kind: 'debian-package';
  package: string;
  /** A glob (`linux-source-*`): taken when this Debian has no `package`; the newest match with a number in its name. */
  fallback?: string;
}

/** A source package of apt's (`busybox`), unpacked with Debian's patches applied. */
export interface DebianSourceSpec {
  kind: 'debian-source';
  package: string;
}

export interface TarballSpec {
  kind: 'tarball';
  /** Mirrors are tried in order; `https:`, `http:` and `file:`. */
  url: string | string[];
  sha256: string;
  /** Leading directories that are dropped from every name. Default 1. */
  stripComponents?: number;
}

/** A commit of a git repository, named by itself or, until the lock is updated, by the tag or branch that leads to it. */
export interface GitSpec {
  kind: 'git';
  /** Mirrors are tried in order; `https:`, `http:`, `ssh:`, `git:` and `file:`. */
  url: string | string[];
  /** Exactly one of these three. */
  tag?: string;
  branch?: string;
  /** 40 hex digits, or 64 of a repository with SHA-256. */
  commit?: string;
}

export interface DirectorySpec {
  kind: 'directory';
  /** Absolute. */
  path: string;
}

/** Where a source tree comes from. */
export type SourceSpec = DebianPackageSpec | DebianSourceSpec | TarballSpec | GitSpec | DirectorySpec;

export interface SourceFile {
  name: string;
  size: number;
  sha256: string;
}

/**
 * Which bytes a source of files is. `sha256` is that of the package file or tarball; of a Debian source package, that
 * over the sorted `sha256  name` lines of its files, the .dsc among them.
 */
export interface LockedArchive {
  kind: 'debian-package' | 'debian-source' | 'tarball';
  package?: string;
  version?: string;
  url?: string[];
  sha256: string;
  files?: SourceFile[];
  stripComponents?: number;
}

/** Which commit a git source is, and what led to it, where that was not the commit's own name. */
export interface LockedGit {
  kind: 'git';
  url: string[];
  commit: string;
  tag?: string;
  branch?: string;
}

/** Which bytes a source is. */
export type LockedSource = LockedArchive | LockedGit;

/** How far something has come, in bytes or in git's objects (`amount`: their bytes so far, as git says it), or a remark about it. */
export type SourceProgress =
  | { what: string; doneBytes: number; totalBytes?: number }
  | { what: string; doneObjects: number; totalObjects: number; amount: string }
  | { what: string; note: string };

/** A file of apt's entries, as found below /etc/apt: its name decides the format (`.list`, `.sources`). */
export interface HostEntryFile {
  name: string;
  text: string;
}

export interface SourceContext {
  /** See {@link bringupHome}. */
  home: string;
  /** The project that messages speak of. */
  project?: string;
  /** Refresh the package lists even if this process did so before. */
  force?: boolean;
  signal?: AbortSignal;
  onProgress?: (progress: SourceProgress) => void;
  /** Called with a sentence about the process that holds a needed lock: which one, and why. */
  onWait?: (message: string) => void;
  /** apt's entries. Default: those of the host. */
  hostEntries?: readonly HostEntryFile[];
}

/** The files of a tree that may change at any time. */
export interface OwnFiles {
  /** As they were when the tree was described. */
  readonly files: () => TreeListing;
  /** All files of the tree at that time, in short; {@link selection} says which of them are meant. */
  readonly state?: TreeState;
  readonly selection: FileSelection;
  /** Of these files and all others of the tree. */
  readonly edits: TreeEdits;
  /** Looks again. */
  readonly look: () => Promise<Pick<OwnFiles, 'files' | 'state'> & { readonly identity: string }>;
}

/** A source tree that is ready to be built from. */
export interface SourceTree {
  /** Real path; the tree is read-only unless it is the user's own directory. */
  path: string;
  readonly identity: string;
  /** Seconds; a function of the identity alone. */
  epoch: number;
  /** Of the user's own directory alone. */
  own?: OwnFiles;
}

/** The store that all workspaces share: `BRINGUP_HOME`, or `~/.cache/bringup`. */
export function bringupHome(env: NodeJS.ProcessEnv = process.env): string {
  const chosen = env['BRINGUP_HOME'];
  if (chosen) return resolve(chosen);
  const cache = env['XDG_CACHE_HOME'];
  return cache && isAbsolute(cache)
    ? join(cache, 'bringup')
    : join(env['HOME'] || homedir(), '.cache', 'bringup');
}
