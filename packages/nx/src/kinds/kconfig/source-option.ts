import { UserError } from '@bringup/process';
import { gitRef, gitUrls, type GitSpec, type ProgramName } from '@bringup/kbuild/graph';

/** Debian's own sources: the default of generated projects. */
export const DEBIAN_SOURCES: Readonly<Record<ProgramName, Readonly<Record<string, unknown>>>> = {
  kernel: { kind: 'debian-package', package: 'linux-source-6.1', fallback: 'linux-source-*' },
  busybox: { kind: 'debian-source', package: 'busybox' },
  'u-boot': { kind: 'debian-source', package: 'u-boot' },
};

/** Options that select the content of a source: a tarball's checksum, or a tag, branch or commit of a repository. */
export interface SourcePins {
  readonly sha256?: string;
  readonly tag?: string;
  readonly branch?: string;
  readonly commit?: string;
}

const GIT_PINS = ['tag', 'branch', 'commit'] as const;

/** Addresses that can only be of a git repository. */
const GIT_ADDRESS = /^(ssh|git):\/\/|^[\w.-]+@[\w.-]+:|\.git\/?(#.*)?$/;

const fail = (given: string, message: string) =>
  new UserError('BAD_SOURCE', `source: ${message}`, { source: given });

/**
 * The option `source` of an executor for what a generator was given: `debian`, the URL of a tarball or of a git
 * repository, or a directory.
 *
 * @throws UserError `BAD_SOURCE`, `URL_INVALID`, `GIT_REF_INVALID`
 */
export function sourceOption(
  program: ProgramName,
  given: string,
  pins: SourcePins = {},
): Readonly<Record<string, unknown>> {
  const refs = GIT_PINS.filter((pin) => pins[pin] !== undefined);
  const isUrl = /^[a-z+]+:\/\//.test(given);
  if (GIT_ADDRESS.test(given) || (isUrl && refs.length > 0)) return gitOption(given, pins, refs);
  if (refs.length > 0) throw fail(given, `${refs[0]} is for a git repository, but the source is "${given}"`);
  if (/^(https?|file):\/\//.test(given)) return tarballOption(given, pins.sha256);
  if (pins.sha256 !== undefined) throw fail(given, `sha256 is for a tarball, but the source is "${given}"`);
  if (given === 'debian') return DEBIAN_SOURCES[program];
  if (isUrl)
    throw fail(
      given,
      `"${given}" is neither the URL of a tarball (https, http, file) nor that of a git repository`,
    );
  if (given.trim() === '')
    throw fail(given, 'is empty. Give debian, the URL of a tarball or of a git repository, or a directory');
  return { kind: 'directory', path: given };
}

/** As {@link sourceOption}, where nothing need be given: pins of no source are refused. */
export function givenSource(
  program: ProgramName,
  { source, ...pins }: SourcePins & { readonly source?: string },
): Readonly<Record<string, unknown>> | undefined {
  const pinned = [pins.sha256, ...GIT_PINS.map((pin) => pins[pin])].some((value) => value !== undefined);
  return source === undefined && !pinned ? undefined : sourceOption(program, source ?? 'debian', pins);
}

function tarballOption(url: string, sha256: string | undefined): Readonly<Record<string, unknown>> {
  if (sha256 === undefined) {
    const remedy = `Give --sha256, which "curl -L ${url} | sha256sum" prints`;
    throw fail(
      url,
      `a tarball needs its checksum. ${remedy}. If it is a git repository: --tag, --branch or --commit`,
    );
  }
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw fail(url, `sha256 is "${sha256}": 64 hex digits are wanted`);
  return { kind: 'tarball', url, sha256 };
}

function gitOption(
  url: string,
  { sha256, tag, branch, commit }: SourcePins,
  refs: readonly string[],
): Readonly<Record<string, unknown>> {
  const spec: GitSpec = { kind: 'git', url, tag, branch, commit };
  if (!url.includes('://') && !url.includes('@'))
    throw fail(
      url,
      `"${url}" is a git repository. Give its URL (file:/// and the absolute path), or a directory with files of the source`,
    );
  gitUrls(spec);
  if (refs.length === 0)
    throw fail(url, `"${url}" is a git repository: which commit of it? Give --tag, --branch or --commit`);
  if (sha256 !== undefined) throw fail(url, `sha256 is for a tarball, but "${url}" is a git repository`);
  const { by, name } = gitRef(spec);
  return { kind: 'git', url, [by]: name };
}
