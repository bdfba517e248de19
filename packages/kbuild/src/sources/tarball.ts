import { createHash } from 'node:crypto';
import { UserError } from '@bringup/process';
import type { LockedArchive, TarballSpec } from './model.js';

/** A tarball as it is locked: by its own words. */
export function lockTarball(spec: TarballSpec): LockedArchive & { url: string[] } {
  const sha256 = spec.sha256.toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(sha256)) {
    throw new UserError(
      'SHA256_INVALID',
      `"${spec.sha256}" is not a sha256: 64 hexadecimal digits, as sha256sum prints them`,
      { sha256 },
    );
  }
  const url = typeof spec.url === 'string' ? [spec.url] : [...spec.url];
  if (url.length === 0)
    throw new UserError('URL_INVALID', 'a source of kind "tarball" needs at least one url', {});
  const strip = spec.stripComponents ?? 1;
  return { kind: 'tarball', url, sha256, ...(strip === 1 ? {} : { stripComponents: strip }) };
}

/** The bytes, and how they are unpacked where that is not the usual way: two trees of one tarball are two sources. */
export function tarballIdentity(source: LockedArchive): string {
  if (source.stripComponents === undefined) return source.sha256;
  return createHash('sha256').update(`${source.sha256} strip ${source.stripComponents}\n`).digest('hex');
}
