import { UserError } from '@bringup/process';
import type { ProgramName } from '@bringup/kbuild';

/** Debian's own sources: what a generated project is built from where nothing else is said. */
export const DEBIAN_SOURCES: Readonly<Record<ProgramName, Readonly<Record<string, unknown>>>> = {
  kernel: { kind: 'debian-package', package: 'linux-source-6.1', fallback: 'linux-source-*' },
  busybox: { kind: 'debian-source', package: 'busybox' },
  'u-boot': { kind: 'debian-source', package: 'u-boot' },
};

/**
 * The option `source` of an executor for what a generator was given: `debian`, the URL of a tarball, or a directory.
 *
 * @param sha256 of the tarball
 * @throws UserError `BAD_SOURCE`
 */
export function sourceOption(
  program: ProgramName,
  given: string,
  sha256?: string,
): Readonly<Record<string, unknown>> {
  const fail = (message: string) => new UserError('BAD_SOURCE', `source: ${message}`, { source: given });
  if (/^(https?|file):\/\//.test(given) && !given.endsWith('.git')) {
    if (sha256 === undefined) {
      throw fail(`a tarball needs its checksum. Give --sha256, which "curl -L ${given} | sha256sum" prints`);
    }
    if (!/^[0-9a-f]{64}$/.test(sha256)) throw fail(`sha256 is "${sha256}": 64 hex digits are wanted`);
    return { kind: 'tarball', url: given, sha256 };
  }
  if (sha256 !== undefined) throw fail(`sha256 is for a tarball, but the source is "${given}"`);
  if (given === 'debian') return DEBIAN_SOURCES[program];
  if (/^[a-z+]+:\/\/|^[\w.-]+@[\w.-]+:|\.git$/.test(given)) {
    throw fail(`"${given}" is a git repository: clone it, and give the directory of the clone`);
  }
  if (given.trim() === '') throw fail('is empty. Give debian, the URL of a tarball, or a directory');
  return { kind: 'directory', path: given };
}
