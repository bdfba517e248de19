import { join } from 'node:path';
import { readdir, stat } from 'fs-extra';
import { sha256File, ToolError, UserError } from '@bringup/process';
import { describeAptFailure } from './apt-failure.js';
import { badSha256 } from './checksum.js';
import { findOffers, type Offer } from './debian-archive.js';
import type { LockedArchive, SourceContext } from './model.js';
import { withPrivateApt, type PrivateApt } from './private-apt.js';
import { UPDATE_COMMAND } from './update-command.js';

/** How often a download is looked at; apt tells its progress only on a descriptor that runs through everything. */
const POLL_MS = 250;

export type DebianSource = LockedArchive & {
  kind: 'debian-package' | 'debian-source';
  package: string;
  version: string;
};

/**
 * Downloads exactly what is locked into `work`, and returns the file to unpack: the .deb, or the .dsc.
 *
 * @throws UserError `SOURCE_GONE` when the archive has moved on
 * @throws ToolError `BAD_SHA256`, `APT_FAILED`
 */
export async function downloadDebian(
  source: DebianSource,
  work: string,
  ctx: SourceContext,
): Promise<string> {
  await withPrivateApt(ctx, `downloading ${source.package} ${source.version}`, async (apt) => {
    // Lists of an earlier process are good enough until they turn out to be old: then a refresh tells.
    const fresh = apt.failures() !== undefined && !ctx.force;
    let offer = await findLocked(apt, source);
    if (offer && !fresh && (await tryFetch(apt, source, offer, work, ctx))) return;
    if (!offer || !fresh) {
      await apt.refresh();
      offer = await findLocked(apt, source);
    }
    if (!offer) throw await gone(apt, source, ctx);
    await fetchOffer(apt, source, offer, work, ctx);
  });
  return verifyFiles(source, work);
}

/** The archive's offer for the locked version: the one with the same bytes, if there is one. */
export async function findLocked(apt: PrivateApt, source: DebianSource): Promise<Offer | undefined> {
  const offers = await findOffers(apt, source.kind, [source.package], source.version);
  return offers.find((offer) => offer.locked.sha256 === source.sha256) ?? offers[0];
}

async function tryFetch(
  apt: PrivateApt,
  source: DebianSource,
  offer: Offer,
  work: string,
  ctx: SourceContext,
): Promise<boolean> {
  try {
    await fetchOffer(apt, source, offer, work, ctx);
    return true;
  } catch (error) {
    if (error instanceof ToolError && error.code === 'APT_FAILED') return false;
    throw error;
  }
}

async function fetchOffer(
  apt: PrivateApt,
  source: DebianSource,
  offer: Offer,
  work: string,
  ctx: SourceContext,
): Promise<void> {
  const what = `${source.package} ${source.version}`;
  if (offer.locked.sha256 !== source.sha256)
    throw badSha256(what, source.sha256, offer.locked.sha256, 'the archive');
  const wanted = `${source.package}=${source.version}`;
  let doneBytes = 0;
  const report = async () => {
    // apt renames files while we look, so a sum may come out too small, and late.
    doneBytes = Math.max(doneBytes, Math.min(await sizeOfFiles(work), offer.totalBytes));
    ctx.onProgress?.({ what, doneBytes, totalBytes: offer.totalBytes });
  };
  const timer = setInterval(() => void report(), POLL_MS);
  try {
    // In the work directory, so that nothing partial outlives it.
    const archives = ['-o', `Dir::Cache::Archives=${work}`];
    if (source.kind === 'debian-package') await apt.get(work, ...archives, 'download', wanted);
    else await apt.get(work, ...archives, 'source', '--only-source', '--download-only', wanted);
  } catch (error) {
    throw describeAptFailure(error, what, source.sha256);
  } finally {
    clearInterval(timer);
  }
  await report();
}

async function sizeOfFiles(directory: string): Promise<number> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  const sizes = entries.map(async (entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return sizeOfFiles(path);
    return (await stat(path).catch(() => ({ size: 0 }))).size;
  });
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/** Everything that was locked is there with its bytes; returns the file that an unpacker starts from. */
async function verifyFiles(source: DebianSource, work: string): Promise<string> {
  const ending = source.kind === 'debian-package' ? '.deb' : '.dsc';
  const first = (await readdir(work)).find((name) => name.endsWith(ending));
  if (!first)
    throw new ToolError(
      'APT_FAILED',
      `apt-get downloaded no ${ending} file for ${source.package} ${source.version}`,
      { package: source.package },
    );
  const wanted = source.files ?? [{ name: first, sha256: source.sha256 }];
  for (const { name, sha256 } of wanted) {
    const got = await sha256File(join(work, name));
    if (got !== sha256) throw badSha256(name, sha256, got, 'the archive');
  }
  return join(work, first);
}

async function gone(apt: PrivateApt, source: DebianSource, ctx: SourceContext): Promise<Error> {
  const { package: name, version } = source;
  const failures = apt.failures() ?? [];
  const [newest] = await findOffers(apt, source.kind, [name]);
  if (failures.length > 0) {
    const message = [
      `${name}: version ${version} is not in the package lists, which could not be refreshed:`,
      ...failures,
    ];
    return new ToolError('APT_FAILED', message.join('\n  '), { package: name, version, failures });
  }
  const has = newest ? `it has ${newest.locked.version}` : 'it has no version of it';
  return new UserError(
    'SOURCE_GONE',
    `${name}: version ${version} is locked in bringup.lock but the archive no longer has it (${has}). Move on with: ${UPDATE_COMMAND}`,
    { package: name, version, has: newest?.locked.version, project: ctx.project },
  );
}
