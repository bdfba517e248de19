import { saysNoSpace, ToolError } from '@bringup/process';

/** What git prints while it works, and its advice for the case that it cannot know. */
const NOISE =
  /^\s*$|^(remote: )?(Enumerating|Counting|Compressing|Receiving|Unpacking|Resolving|Total|Finding)\b|^Please make sure you have the correct|^and the repository exists/;

/** git's words for a commit or a ref that the server has not, or does not give away by its bare name. */
const NOT_THERE = /unadvertised object|not our ref|couldn't find remote ref|no such remote ref/i;

/** What helps, by what git said. */
const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [
    /terminal prompts disabled|could not read (username|password)|authentication failed|returned error: 40[13]/i,
    "it wants a name and a password. Nothing is asked while a target runs: give them by a credential helper of git's or ~/.netrc, or use ssh:// with a key; or correct the URL, which may name no repository",
  ],
  [
    /permission denied \(|host key verification failed/i,
    'ssh asks nothing while a target runs: have the key in an agent, and the host in ~/.ssh/known_hosts (connect once by hand)',
  ],
  [/dumb http|does not support shallow/i, 'it speaks no shallow protocol: use another mirror, or a tarball'],
];

/** True when the server answered, and has not what it was asked for. */
export function isNotThere(error: unknown): boolean {
  return outputOf(error).some((line) => NOT_THERE.test(line));
}

/** Why a server did not do what git asked it for: git's own words, and what helps where that is known. */
export function gitReason(error: unknown): string {
  const lines = outputOf(error).filter((line) => !NOISE.test(line));
  const said = lines
    .map((line) => line.replace(/^(fatal|error): /, '').trim())
    .join('; ')
    .replaceAll(':; ', ': ');
  const remedy = REMEDIES.find(([pattern]) => pattern.test(said))?.[1];
  return [said || (error as Error).message, ...(remedy ? [remedy] : [])].join('\n    ');
}

function outputOf(error: unknown): string[] {
  const tail = error instanceof ToolError ? error.fields['tail'] : undefined;
  return Array.isArray(tail) ? tail.map(String) : [];
}

/** True for what no other mirror changes: git is not installed, or the disk is full. */
export function isOurs(error: unknown): boolean {
  if (!(error instanceof ToolError)) return true;
  return error.code !== 'TOOL_FAILED' || saysNoSpace(error.message);
}
