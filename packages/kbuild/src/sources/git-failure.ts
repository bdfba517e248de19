import { saysNoSpace, ToolError } from '@bringup/process';

/** Git's progress output, and its advice about causes that it can only guess. */
const NOISE =
  /^\s*$|^(remote: )?(Enumerating|Counting|Compressing|Receiving|Unpacking|Resolving|Total|Finding)\b|^Please make sure you have the correct|^and the repository exists/;

/** git's words for a commit or a ref that the server does not have, or a commit that it does not serve by its hash. */
const NOT_THERE = /unadvertised object|not our ref|couldn't find remote ref|no such remote ref/i;

/** The remedy for each of git's errors. */
const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [
    /terminal prompts disabled|could not read (username|password)|authentication failed|returned error: 40[13]/i,
    'the server wants a user name and a password, and git cannot ask for them while a target runs. Supply them with a git credential helper or ~/.netrc, use ssh:// with a key, or correct the URL, which may not name a repository',
  ],
  [
    /permission denied \(|host key verification failed/i,
    'ssh cannot ask while a target runs. Load the key into an agent, and add the host to ~/.ssh/known_hosts (connect once by hand)',
  ],
  [
    /dumb http|does not support shallow/i,
    'the server does not support shallow fetches. Use another mirror, or a tarball',
  ],
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
