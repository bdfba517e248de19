import { nearNames, ToolError, UserError } from '@bringup/process';
import { isUnauthenticated, type GitRef } from './git-address.js';
import { gitReason, isOurs } from './git-failure.js';
import { askGitServer } from './git.js';
import type { SourceContext } from './model.js';

const PREFIXES = { tag: 'refs/tags/', branch: 'refs/heads/' } as const;

/** How many names an error lists when there is no close match. */
const SHOWN_NAMES = 10;

/** The refusal of one mirror. */
interface MirrorFailure {
  url: string;
  error: unknown;
  reason: string;
}

/**
 * Asks mirrors in order until one has an answer. An error on our side, or an abort, ends it at once.
 *
 * @param ask resolves to undefined when the server answered but lacks what is wanted; the reason is then `lacking`
 * @returns the answer, or why none of them gave it
 */
export async function askMirrors<T>(
  urls: readonly string[],
  what: string,
  ctx: SourceContext,
  ask: (url: string) => Promise<T | undefined>,
  lacking: string,
): Promise<{ answer: T } | { answer?: undefined; failures: MirrorFailure[] }> {
  const failures: MirrorFailure[] = [];
  for (const url of urls) {
    try {
      const answer = await ask(url);
      if (answer !== undefined) return { answer };
      failures.push({ url, error: undefined, reason: lacking });
    } catch (error) {
      ctx.signal?.throwIfAborted();
      if (isOurs(error)) throw error;
      failures.push({ url, error, reason: gitReason(error) });
    }
    // The last one's reason is in the error.
    if (failures.length < urls.length)
      ctx.onProgress?.({ what, note: `${url}: ${failures.at(-1)!.reason}: trying the next mirror` });
  }
  return { failures };
}

/** Mirrors and their reasons, a line each. */
export function describeFailures(failures: readonly MirrorFailure[]): string {
  return failures.map(({ url, reason }) => `  ${url}: ${reason}`).join('\n');
}

/** The error for servers none of which answered. */
export function unreachable(what: string, failures: readonly MirrorFailure[]): ToolError {
  return new ToolError(
    'DOWNLOAD_FAILED',
    `${what} could not be fetched:\n${describeFailures(failures)}`,
    { urls: failures.map(({ url }) => url) },
    failures[0]?.error,
  );
}

/**
 * The commit that a tag or branch leads to now, by the first mirror that has it.
 *
 * @throws UserError `GIT_REF_NOT_FOUND`
 * @throws ToolError `DOWNLOAD_FAILED`, `TOOL_MISSING`
 */
export async function resolveRef(
  urls: readonly string[],
  { by, name }: GitRef & { by: 'tag' | 'branch' },
  what: string,
  ctx: SourceContext,
): Promise<string> {
  const ref = `${PREFIXES[by]}${name}`;
  const ask = async (url: string) => {
    const refs = await listRefs(url, ctx, [ref, `${ref}^{}`]);
    const commit = refs.get(`${ref}^{}`) ?? refs.get(ref);
    return commit === undefined ? undefined : { url, commit };
  };
  const result = await askMirrors(urls, what, ctx, ask, `has no ${by} ${name}`);
  if (result.answer !== undefined) {
    const { url, commit } = result.answer;
    if (isUnauthenticated(url)) ctx.onProgress?.({ what, note: describeRisk(url, { by, name }, commit) });
    return commit;
  }
  const without = result.failures.find(({ error }) => error === undefined);
  if (without === undefined) throw unreachable(what, result.failures);
  const hint = await suggestRefs(without.url, { by, name }, ctx);
  const message = `there is no ${by} ${name}:\n${describeFailures(result.failures)}\n${hint}`;
  throw new UserError('GIT_REF_NOT_FOUND', message, { by, name, urls });
}

function describeRisk(url: string, { by, name }: GitRef, commit: string): string {
  return (
    `${url} was asked which commit the ${by} ${name} leads to, and anybody on the way could have answered: ` +
    `${new URL(url).protocol}// proves no server's identity. It led to ${commit}, which is locked. ` +
    'Compare that commit with the one that the project announces, or change the url to https:// or ssh://'
  );
}

/**
 * The refs of a server, by full name: `refs/tags/v1`, and `refs/tags/v1^{}` for the target of an annotated tag.
 *
 * @param names only these; default: all tags and branches
 */
async function listRefs(
  url: string,
  ctx: SourceContext,
  names: readonly string[] = [],
): Promise<Map<string, string>> {
  const which = names.length > 0 ? [] : ['--heads', '--tags'];
  // Not in the workspace, whose repository would have a say.
  const options = { cwd: '/', signal: ctx.signal };
  const { stdout } = await askGitServer(['ls-remote', ...which, '--', url, ...names], options);
  const lines = stdout
    .split('\n')
    .map((line) => /^([0-9a-f]{40,64})\t(refs\/[^\s:~^?*[\\]+(?:\^\{\})?)$/.exec(line));
  return new Map(lines.flatMap((match) => (match ? [[match[2]!, match[1]!]] : [])));
}

/** A tag or branch that leads to the commit now: what a server that gives out no bare commits can be asked for. */
export async function refAt(url: string, commit: string, ctx: SourceContext): Promise<string | undefined> {
  const found = [...(await listRefs(url, ctx))].filter(([, id]) => id === commit).map(([name]) => name);
  return (found.find((name) => name.startsWith(PREFIXES.tag)) ?? found[0])?.replace(/\^\{\}$/, '');
}

/** A hint for a missing tag or branch: it is of the other kind, the closest matches, or some that exist. */
async function suggestRefs(
  url: string,
  { by, name }: { by: 'tag' | 'branch'; name: string },
  ctx: SourceContext,
): Promise<string> {
  const refs = [...(await listRefs(url, ctx)).keys()].filter((ref) => !ref.endsWith('^{}'));
  const namesOf = (kind: keyof typeof PREFIXES) =>
    refs.flatMap((ref) => (ref.startsWith(PREFIXES[kind]) ? [ref.slice(PREFIXES[kind].length)] : []));
  const other = by === 'tag' ? 'branch' : 'tag';
  if (namesOf(other).includes(name))
    return `It has a ${other} of that name: give "${other}" instead of "${by}"`;
  const known = namesOf(by);
  const near = nearNames(name, known);
  if (near.length > 0) return `Did you mean ${near.join(', or ')}?`;
  if (known.length === 0) return `It has none`;
  const last = known.slice(-SHOWN_NAMES).join(', ');
  return known.length > SHOWN_NAMES ? `It has ${known.length}, among them: ${last}` : `There are: ${last}`;
}
