import { dirname, join } from 'node:path';
import { ensureDir, pathExists, remove, rename } from 'fs-extra';
import { describeFullDevice, runProgram, ToolError, UserError } from '@bringup/process';
import { findNewest } from './debian-archive.js';
import { downloadDebian, findLocked, type DebianSource } from './debian-download.js';
import { settleTimes } from './settle-times.js';
import { ALL_FILES, describeDirectory } from './directory.js';
import { gitLabel, gitRef, gitUrls } from './git-address.js';
import { lockedCommit, lockGit, makeGitTree } from './git-source.js';
import type { GitSpec, LockedSource, SourceContext, SourceSpec, SourceTree, TarballSpec } from './model.js';
import { withPrivateApt } from './private-apt.js';
import { ensureTree, hasTree, treePath, type Workplace } from './store.js';
import { lockTarball, tarballIdentity } from './tarball.js';
import { UPDATE_COMMAND } from './update-command.js';
import { extractSourceTarball, unpackTarball } from './unpack.js';

/** How tar and the decompressors say that a file ends too early or is none of theirs. */
const DAMAGE =
  /unexpected end|unexpected eof|premature end|truncated|not look like a tar|not in gzip|crc error|invalid compressed|corrupt|unsupported format|ends unexpectedly/i;

/** The purpose of a lock. */
const UPDATING = 'updating the package lists';

/**
 * Resolves a source to what it is now: the newest version in the archive, or the commit of a tag or branch. A tarball
 * is locked by its own sha256, and a directory is never locked.
 *
 * @throws UserError `PACKAGE_NOT_FOUND`, `PACKAGE_NAME_INVALID`, `SHA256_INVALID`, those of {@link lockGit}
 * @throws ToolError `APT_MISSING`, `APT_NO_ENTRIES`, `DOWNLOAD_FAILED`
 */
export async function resolveSource(spec: SourceSpec, ctx: SourceContext): Promise<LockedSource | undefined> {
  switch (spec.kind) {
    case 'directory':
      return undefined;
    case 'tarball':
      return lockTarball(spec);
    case 'git':
      return lockGit(spec, ctx);
    default:
      return withPrivateApt(ctx, UPDATING, async (apt) => {
        await apt.refresh();
        return (await findNewest(apt, spec)).locked;
      });
  }
}

/**
 * Whether `locked` can still be had: it is in the store, or the archive has that very version. Only Debian's
 * archive drops versions; the mirrors of a tarball or a commit are asked when it is fetched, a directory is simply there.
 */
export async function isSourceAvailable(locked: LockedSource, ctx: SourceContext): Promise<boolean> {
  if (locked.kind !== 'debian-package' && locked.kind !== 'debian-source') return true;
  if (await hasTree(locked.sha256, ctx)) return true;
  return withPrivateApt(ctx, UPDATING, async (apt) => {
    await apt.refresh();
    return (await findLocked(apt, locked as DebianSource))?.locked.sha256 === locked.sha256;
  });
}

/** The identity of a locked source's content. It names the tree in the store, and goes into the hash of each build from it. */
export function lockedIdentity(locked: LockedSource): string {
  switch (locked.kind) {
    case 'git':
      return locked.commit;
    case 'tarball':
      return tarballIdentity(locked);
    default:
      return locked.sha256;
  }
}

/**
 * The path of a source's tree on this machine. Undefined if the source would have to be fetched first.
 *
 * @param derived the identity of the tree that is made of the source, where it is not the source itself that is wanted
 */
export async function presentSource(
  spec: SourceSpec,
  locked: LockedSource | undefined,
  home: string,
  derived = (identity: string) => identity,
): Promise<string | undefined> {
  if (spec.kind === 'directory') return spec.path;
  const source = spec.kind === 'tarball' ? lockTarball(spec) : locked;
  if (source?.kind !== spec.kind) return undefined;
  const path = treePath(derived(lockedIdentity(source)), { home });
  return (await pathExists(path)) ? path : undefined;
}

/**
 * The source's tree, fetched and unpacked into the store if it is not there. Only then is the network used.
 *
 * @throws UserError `SOURCE_NOT_LOCKED`, `SOURCE_GONE`, `TARBALL_DAMAGED`, `NO_SOURCE_IN_PACKAGE`, `SOURCE_MISSING`, those of {@link makeGitTree} and of the store
 * @throws ToolError `BAD_SHA256`, `DOWNLOAD_FAILED`, `APT_FAILED`, `NO_SPACE`
 */
export async function ensureSource(
  spec: SourceSpec,
  locked: LockedSource | undefined,
  ctx: SourceContext,
): Promise<SourceTree> {
  switch (spec.kind) {
    case 'directory':
      return (await describeDirectory(spec.path, ctx.home, [ALL_FILES]))[0]!;
    case 'tarball':
      return ensureTarball(spec, ctx);
    case 'git':
      return ensureCommit(spec, lockedCommit(spec, locked, ctx), ctx);
    default: {
      const source = checkLocked(spec, locked, ctx);
      return ensureTree(source.sha256, `${source.package} ${source.version}`, ctx, (place) =>
        makeDebian(source, place, ctx),
      );
    }
  }
}

async function ensureTarball(spec: TarballSpec, ctx: SourceContext): Promise<SourceTree> {
  const source = lockTarball(spec);
  const strip = spec.stripComponents ?? 1;
  return ensureTree(tarballIdentity(source), source.url[0]!, ctx, async ({ part, tree }) => {
    // Loaded when something is fetched, which is seldom: an HTTP client is most of what this package loads.
    const { downloadVerified } = await import('./http-download.js');
    await downloadVerified(source.url, source.sha256, part, ctx);
    note(ctx, source.url[0]!);
    await unpackTarball(part, tree, { stripComponents: strip, signal: ctx.signal }).catch(
      (error: unknown) => {
        throw damagedTarball(error, source);
      },
    );
  });
}

/** A commit's name is the hash of its content: whichever mirror or tag it came by, it is the same tree. */
async function ensureCommit(spec: GitSpec, commit: string, ctx: SourceContext): Promise<SourceTree> {
  const what = gitLabel(gitUrls(spec)[0]!, gitRef(spec));
  return ensureTree(commit, what, ctx, (place) =>
    makeGitTree(spec, commit, place, ctx).catch(async (error: unknown) => {
      // git names the files that it could not write, seldom the reason.
      throw error instanceof ToolError ? await describeFullDevice(error, dirname(place.tree)) : error;
    }),
  );
}

/** tar's complaint although the bytes match the sha256: the locked file itself is damaged. */
function damagedTarball(error: unknown, { url, sha256 }: { url: string[]; sha256: string }): unknown {
  const complaint =
    error instanceof ToolError ? error.message.split('\n').filter((line) => DAMAGE.test(line)) : [];
  if (complaint.length === 0) return error;
  const message =
    `${url[0]} is not a complete tarball:\n${complaint.join('\n')}\n` +
    `It matches the given sha256 (${sha256}), which was taken from a damaged file. Download the tarball again, and correct "sha256".`;
  return new UserError('TARBALL_DAMAGED', message, { url, sha256 }, error);
}

function checkLocked(
  spec: { kind: string; package: string; fallback?: string },
  locked: LockedSource | undefined,
  ctx: SourceContext,
): DebianSource {
  const archive = locked?.kind === 'git' ? undefined : locked;
  const fits =
    archive?.kind === spec.kind && (archive.package === spec.package || spec.fallback !== undefined);
  if (fits && archive.package && archive.version) return archive as DebianSource;
  const state = locked
    ? `bringup.lock has ${archive?.package ?? locked.kind} in its place`
    : 'it has no entry in bringup.lock';
  throw new UserError(
    'SOURCE_NOT_LOCKED',
    `${spec.package}: ${state}. Look up what there is with: ${UPDATE_COMMAND}`,
    { package: spec.package, project: ctx.project },
  );
}

async function makeDebian(
  source: DebianSource,
  { work, tree }: Workplace,
  ctx: SourceContext,
): Promise<void> {
  await ensureDir(work);
  const file = await downloadDebian(source, work, ctx);
  note(ctx, `${source.package} ${source.version}`);
  if (source.kind === 'debian-package') {
    const tarball = await extractSourceTarball(file, source.package, work, ctx.signal);
    // The disk need not hold all three at once.
    await Promise.all([remove(file), remove(join(work, 'data.tar'))]);
    await unpackTarball(tarball, tree, { stripComponents: 1, signal: ctx.signal });
    return;
  }
  const started = Date.now();
  const unpacked = join(work, 'tree');
  // Its files were checked against the lock, which says more than a signature by a key that may not be installed.
  await runProgram(['dpkg-source', '--no-check', '-x', file, unpacked], { cwd: work, signal: ctx.signal });
  await settleTimes(unpacked, started);
  await rename(unpacked, tree);
}

function note(ctx: SourceContext, what: string): void {
  ctx.onProgress?.({ what, note: 'unpacking' });
}
