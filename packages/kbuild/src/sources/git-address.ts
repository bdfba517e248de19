import { UserError } from '@bringup/process';
import type { GitSpec } from './model.js';

/** The protocols that git may use: neither `ext::`, which runs a command, nor any that a remote helper on the host adds. */
export const GIT_PROTOCOLS = ['https', 'http', 'ssh', 'git', 'file'] as const;

const PROTOCOL_LIST = GIT_PROTOCOLS.map((name) => `${name}://`).join(', ');

const NO_URL = `not the URL of a git repository. It begins with ${PROTOCOL_LIST}`;

/** `user@host:path`, as git understands it beside URLs. */
const SCP_LIKE = /^([^/:@]+@)?([^/:@]+):(?!\/\/)([^:@]+)$/;

/** git-check-ref-format(1), for what stands below refs/tags or refs/heads; a `-` in front would be an option. */
// eslint-disable-next-line no-control-regex -- git forbids exactly these
const REF_NAME = /^(?![-./])(?!.*(?:\.\.|@\{|\/[./]|\.lock(?:\/|$)))[^\x00-\x20\x7f~^:?*[\\]+(?<![./])$/;

/** The name by which a git source refers to its commit. */
export type GitRef = Readonly<{ by: 'tag' | 'branch' | 'commit'; name: string }>;

/**
 * The one of `tag`, `branch` and `commit` that a source has.
 *
 * @throws UserError `GIT_REF_INVALID`
 */
export function gitRef(spec: GitSpec): GitRef {
  const given = (['tag', 'branch', 'commit'] as const).filter((by) => spec[by] !== undefined);
  const [by] = given;
  if (by === undefined || given.length > 1) {
    const has = by === undefined ? 'has none' : `has ${given.join(' and ')}`;
    const message = `a source of kind "git" takes exactly one of "tag", "branch" and "commit", but ${has}. Which commit a tag or branch led to is in bringup.lock`;
    throw new UserError('GIT_REF_INVALID', message, { given });
  }
  const name = by === 'commit' ? spec.commit!.toLowerCase() : spec[by]!;
  const fits = by === 'commit' ? /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/ : REF_NAME;
  if (fits.test(name)) return { by, name };
  const wanted =
    by === 'commit'
      ? 'the whole one of 40 hex digits, as "git rev-parse" prints it'
      : `as "git ${by}" lists it`;
  throw new UserError('GIT_REF_INVALID', `"${name}" is not the name of a ${by}: ${wanted}`, { by, name });
}

/**
 * The mirrors of a git source, as they were written, except that the protocol is in lower case.
 *
 * @throws UserError `URL_INVALID`
 */
export function gitUrls(spec: GitSpec): string[] {
  const urls = typeof spec.url === 'string' ? [spec.url] : [...spec.url];
  if (urls.length === 0)
    throw new UserError('URL_INVALID', 'a source of kind "git" needs at least one url', {});
  urls.forEach(checkUrl);
  // git knows protocols in lower case alone.
  return urls.map((url) => url.replace(/^[^:]*:/, (protocol) => protocol.toLowerCase()));
}

/**
 * Whether anybody on the network could answer in place of the git server. It matters only for the name of a tag or branch: a commit
 * is verified by its hash. The loopback address does not use the network.
 */
export function isUnauthenticated(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  const isLoopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
  return (protocol === 'http:' || protocol === 'git:') && !isLoopback;
}

function checkUrl(given: string): void {
  const shown = withoutSecret(given);
  const why = unusable(given);
  if (why !== undefined) throw new UserError('URL_INVALID', `"${shown}": ${why}`, { url: shown });
}

/** Why git is not given a URL, or undefined where it is. */
function unusable(given: string): string | undefined {
  // eslint-disable-next-line no-control-regex -- these are what must reach neither a program nor a log
  if (given.startsWith('-') || /[\x00-\x20\x7f]/.test(given)) return NO_URL;
  if (given.includes('://') && URL.canParse(given)) {
    const url = new URL(given);
    return FAULTS.map((fault) => fault(url)).find(Boolean) || undefined;
  }
  const scp = SCP_LIKE.exec(given);
  return scp ? `not a URL. Write ssh://${scp[1] ?? ''}${scp[2]}/${scp[3]!.replace(/^\//, '')}` : NO_URL;
}

/** Checks of a URL. The first one that fails is reported. */
const FAULTS: readonly ((url: URL) => string | false | undefined)[] = [
  ({ protocol }) =>
    !GIT_PROTOCOLS.some((name) => protocol === `${name}:`) &&
    `git is not used over ${protocol} here, only over ${PROTOCOL_LIST}`,
  ({ protocol, username, password }) => {
    if (!password && (!username || protocol === 'ssh:')) return undefined;
    const remedy = protocol === 'ssh:' ? 'a key in an agent' : "a credential helper of git's, or ~/.netrc";
    return `a password or token does not belong in a project. Remove it, and let ${remedy} supply it`;
  },
  ({ protocol, host }) => protocol === 'file:' && host !== '' && 'write file:/// and the absolute path',
  ({ protocol, host }) => protocol !== 'file:' && host === '' && 'names no host',
  // git and ssh would take these for options.
  ({ hostname, username }) => (/^-/.test(hostname) || /^-/.test(username)) && 'names no host',
  ({ pathname }) => /^\/*$/.test(pathname) && 'names no repository',
  ({ hash }) => hash && `${hash} does not belong in a URL. Give "tag", "branch" or "commit" instead`,
];

/** A URL as it may be shown: without what stands before the last @, unless that is a user of ssh. */
function withoutSecret(url: string): string {
  return url.replace(/^([a-z+]+:\/\/)?(.*)@/is, (whole, protocol = '', user: string) =>
    user.includes(':') || !['', 'ssh://'].includes(protocol) ? `${protocol}…@` : whole,
  );
}

/** A short name for a repository and its commit: `linux v6.12`. */
export function gitLabel(url: string, { by, name }: GitRef): string {
  const path = new URL(url).pathname.replace(/\/+$/, '').replace(/\.git$/, '');
  return `${path.split('/').pop() || url} ${by === 'commit' ? name.slice(0, 12) : name}`;
}
