import {
  readProgram,
  runProgram,
  scrubbedEnvironment,
  type RunOptions,
  type RunResult,
} from '@bringup/process';
import { GIT_PROTOCOLS } from './git-address.js';

/**
 * Settings under which git only reads, and says the same on every host: no user's or system's configuration, no
 * daemon, no refreshed index. The tree may belong to somebody else (a container's volume), which git would refuse.
 */
const SETTINGS = ['-c', 'safe.directory=*', '-c', 'core.fsmonitor=false', '-c', 'core.quotePath=false'];
const ENVIRONMENT = {
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_ATTR_NOSYSTEM: '1',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_TERMINAL_PROMPT: '0',
};

/** Attributes that override a tree's own .gitattributes, so that files equal their blobs. */
export const PLAIN_FILES = '* -text !eol !ident !filter !working-tree-encoding\n';

/**
 * git's stdout, byte for byte: file names have no encoding.
 *
 * @returns undefined when it failed: not a repository, no commit yet
 * @throws ToolError `TOOL_MISSING`
 */
export async function readGit(directory: string, args: readonly string[]): Promise<Buffer | undefined> {
  return readProgram(['git', ...SETTINGS, ...args], {
    cwd: directory,
    env: scrubbedEnvironment(ENVIRONMENT),
  });
}

/**
 * Settings with their values for the current user: from their own, the system's and the repository's configuration.
 *
 * @param names an extended regular expression for their names, in lower case
 * @returns name in lower case → value; `true` for a name that stands without a value
 */
export async function readUserSettings(
  directory: string,
  names: string,
): Promise<ReadonlyMap<string, string>> {
  const output = await readUserGit(directory, ['-z', '--get-regexp', `^(${names})$`]);
  // `git config` lists the values of a name in the order of their files: the last one is the one that git goes by.
  return new Map(
    (output ?? '').split('\0').flatMap((entry) => {
      const [name, ...value] = entry.split('\n');
      return name ? [[name, value.length === 0 ? 'true' : value.join('\n')] as const] : [];
    }),
  );
}

/** A setting that is a path, of the current user. One that begins with `~` is expanded as git does it. */
export async function readUserPath(directory: string, name: string): Promise<string | undefined> {
  return (await readUserGit(directory, ['--type=path', '--get', name]))?.trim();
}

async function readUserGit(directory: string, args: readonly string[]): Promise<string | undefined> {
  const own = Object.entries(process.env).filter(([key]) =>
    /^(HOME|XDG_CONFIG_HOME|GIT_CONFIG.*)$/.test(key),
  );
  const environment = { ...(Object.fromEntries(own) as Record<string, string>), GIT_OPTIONAL_LOCKS: '0' };
  const output = await readProgram(['git', '-c', 'safe.directory=*', 'config', ...args], {
    cwd: directory,
    env: scrubbedEnvironment(environment),
  });
  return output?.toString();
}

/** Splits the output of an option `-z`. latin1, which keeps every byte. */
export function splitNames(output: Buffer): string[] {
  return output.toString('latin1').split('\0').filter(Boolean);
}

/**
 * Runs git on a repository of ours, out of reach of anybody's configuration.
 *
 * @throws ToolError those of {@link runProgram}
 */
export async function runGit(args: readonly string[], options: Omit<RunOptions, 'env'>): Promise<RunResult> {
  return runProgram(['git', ...SETTINGS, ...args], { ...options, env: scrubbedEnvironment(ENVIRONMENT) });
}

/** Variables that decide how a host reaches servers: keys, credentials, proxies, certificates, and git's own configuration. */
const NETWORK_VARIABLES = [
  ...['HOME', 'XDG_CONFIG_HOME', 'SSH_AUTH_SOCK'],
  ...['GIT_CONFIG_GLOBAL', 'GIT_CONFIG_SYSTEM', 'GIT_SSL_CAINFO', 'GIT_SSL_CAPATH'],
  ...['http_proxy', 'https_proxy', 'all_proxy', 'no_proxy', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY'],
];

/** A server that says nothing for this long is taken for dead, as with other downloads. */
const STALL_SECONDS = 60;

/** Nothing is asked of the user, nothing runs besides, and nothing is started that goes on after git. */
const NETWORK_SETTINGS = {
  'core.hooksPath': '/dev/null',
  'core.askPass': '',
  'credential.interactive': 'false',
  'gc.auto': '0',
  'maintenance.auto': 'false',
  // Keep even a small fetch as a pack: git then reports its progress.
  'fetch.unpackLimit': '1',
  'http.lowSpeedLimit': '1',
  'http.lowSpeedTime': String(STALL_SECONDS),
};

/**
 * Runs git against a server. The user's configuration counts here, unlike elsewhere: it says how a server is reached
 * (`url.….insteadOf`, `http.proxy`, `credential.helper`), and what comes is the commit that was asked for or an error.
 *
 * @throws ToolError those of {@link runProgram}
 */
export async function askGitServer(
  args: readonly string[],
  options: Omit<RunOptions, 'env'>,
): Promise<RunResult> {
  const settings = Object.entries(NETWORK_SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const kept = NETWORK_VARIABLES.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : []));
  const env = scrubbedEnvironment({
    ...(Object.fromEntries(kept) as Record<string, string>),
    GIT_TERMINAL_PROMPT: '0',
    GIT_SSH_COMMAND: `ssh -o BatchMode=yes -o ConnectTimeout=${STALL_SECONDS}`,
    GIT_ALLOW_PROTOCOL: GIT_PROTOCOLS.join(':'),
  });
  return runProgram(['git', ...settings, ...args], { ...options, env });
}
