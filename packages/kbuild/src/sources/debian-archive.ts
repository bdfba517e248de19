import { createHash } from 'node:crypto';
import { UserError } from '@bringup/process';
import { compareDebianVersions } from './debian-version.js';
import { parseChecksums, parseStanzas, type Stanza } from './deb822.js';
import type { DebianPackageSpec, DebianSourceSpec, LockedArchive, SourceFile } from './model.js';
import type { PrivateApt } from './private-apt.js';

/** The archive's offer of a package: its locked form, and the size of the download. */
export interface Offer {
  locked: LockedArchive & { package: string; version: string };
  totalBytes: number;
}

/** Identity of a source package: the hash over its sorted `sha256  name` lines, the .dsc's among them. */
function sourceIdentity(files: readonly SourceFile[]): string {
  const lines = files.map(({ sha256, name }) => `${sha256}  ${name}\n`).sort();
  return createHash('sha256').update(lines.join('')).digest('hex');
}

/** The newest version of each named package that the archive has, or `version` of it. */
export async function findOffers(
  apt: PrivateApt,
  kind: 'debian-package' | 'debian-source',
  names: readonly string[],
  version?: string,
): Promise<Offer[]> {
  if (names.length === 0) return [];
  const wanted = version === undefined ? names : names.map((name) => `${name}=${version}`);
  const text =
    kind === 'debian-source'
      ? await apt.query('apt-cache', 'showsrc', '--only-source', ...names)
      : await apt.query(
          'apt-cache',
          'show',
          version === undefined ? '--no-all-versions' : '--all-versions',
          ...wanted,
        );
  // apt-cache reads a name it does not know as a regular expression, hence the test of names.
  return parseStanzas(text)
    .filter((stanza) => names.includes(stanza.get('Package') ?? ''))
    .filter((stanza) => version === undefined || stanza.get('Version') === version)
    .map((stanza) => (kind === 'debian-source' ? sourceOffer(stanza) : packageOffer(stanza)))
    .filter((offer) => offer !== undefined)
    .sort((a, b) => compareDebianVersions(b.locked.version, a.locked.version));
}

function packageOffer(stanza: Stanza): Offer | undefined {
  const [name, version, sha256] = [stanza.get('Package'), stanza.get('Version'), stanza.get('SHA256')];
  if (!name || !version || !sha256) return undefined;
  return {
    locked: { kind: 'debian-package', package: name, version, sha256 },
    totalBytes: Number(stanza.get('Size') ?? 0),
  };
}

function sourceOffer(stanza: Stanza): Offer | undefined {
  const [name, version] = [stanza.get('Package'), stanza.get('Version')];
  const files = parseChecksums(stanza.get('Checksums-Sha256') ?? '').sort((a, b) =>
    a.name < b.name ? -1 : 1,
  );
  if (!name || !version || !files.some((file) => file.name.endsWith('.dsc'))) return undefined;
  return {
    locked: { kind: 'debian-source', package: name, version, sha256: sourceIdentity(files), files },
    totalBytes: files.reduce((sum, file) => sum + file.size, 0),
  };
}

/**
 * The newest version of the package, or of what its `fallback` matches.
 *
 * @throws UserError `PACKAGE_NOT_FOUND`, `PACKAGE_NAME_INVALID`
 */
export async function findNewest(
  apt: PrivateApt,
  spec: DebianPackageSpec | DebianSourceSpec,
): Promise<Offer> {
  checkPackageName(spec.package);
  const [newest] = await findOffers(apt, spec.kind, [spec.package]);
  if (newest) return newest;
  const fallback = spec.kind === 'debian-package' ? spec.fallback : undefined;
  if (fallback) {
    const [match] = await findOffers(apt, spec.kind, await matchNames(apt, fallback));
    if (match) return match;
  }
  throw await notFound(apt, spec, fallback);
}

/** apt reads odd names as options, patterns or regular expressions. */
function checkPackageName(name: string): void {
  if (/^[a-z0-9][a-z0-9+.-]+$/.test(name)) return;
  throw new UserError(
    'PACKAGE_NAME_INVALID',
    `"${name}" is not the name of a Debian package: lower-case letters, digits and + - . only`,
    { package: name },
  );
}

/** Names that the glob matches and that carry a version number: `linux-source-6.1`, not the moving `linux-source`. */
async function matchNames(apt: PrivateApt, glob: string): Promise<string[]> {
  const prefix = /^[a-z0-9][a-z0-9+.-]*/.exec(glob)?.[0];
  if (!prefix)
    throw new UserError(
      'PACKAGE_NAME_INVALID',
      `fallback "${glob}": a pattern starts with a part of a package's name`,
      { fallback: glob },
    );
  const pattern = glob
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  const names = (await apt.query('apt-cache', 'pkgnames', prefix)).split('\n');
  return names.filter((name) => new RegExp(`^${pattern}$`).test(name) && /-v?\d/.test(name)).sort();
}

async function notFound(
  apt: PrivateApt,
  spec: DebianPackageSpec | DebianSourceSpec,
  fallback?: string,
): Promise<UserError> {
  const stem = spec.package.replace(/-[^-]*$/, '');
  const near = spec.kind === 'debian-package' ? (await matchNames(apt, `${stem}-*`)).slice(0, 10) : [];
  const what = `${spec.kind === 'debian-source' ? 'source package' : 'package'} ${spec.package}`;
  const lines = [
    `the configured archives have no ${what}${fallback ? `, nor one that matches ${fallback}` : ''}`,
  ];
  if (near.length > 0) lines.push(`Similar: ${near.join(', ')}`);
  for (const failure of apt.failures() ?? []) lines.push(`The package lists may be incomplete: ${failure}`);
  return new UserError('PACKAGE_NOT_FOUND', lines.join('\n'), { package: spec.package, fallback, near });
}
