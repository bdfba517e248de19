import { join } from 'node:path';
import {
  runProgram,
  scrubbedEnvironment,
  ToolError,
  type Argv,
  type RunOptions,
  type RunResult,
} from '@bringup/process';

/**
 * Read after the host's own configuration, whose keys, pins, proxies and credentials stay in force. It drops only the
 * hooks that would touch the host: they clean or notify when lists change. Lists of other entries stay, because a host, or a
 * process, that shares the store and has those entries may be reading them.
 */
export const APT_CONFIGURATION = `#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Pre-Invoke;
#clear DPkg::Post-Invoke;
Acquire::Languages "none";
Acquire::GzipIndexes "false";
Acquire::PDiffs "false";
Acquire::Retries "3";
APT::Get::List-Cleanup "false";
`;

/** The variables by which users tell apt of their proxy. */
const PROXY_VARIABLES = [
  'http_proxy',
  'https_proxy',
  'ftp_proxy',
  'all_proxy',
  'no_proxy',
  'HTTPS_PROXY',
  'ALL_PROXY',
  'NO_PROXY',
];

/** Options that move all that apt reads lists from, or writes, into `directory`. */
export function planAptOptions(directory: string, sources: string): string[] {
  const settings: Record<string, string> = {
    'Dir::Etc::SourceList': sources,
    'Dir::Etc::SourceParts': '/dev/null',
    'Dir::State': join(directory, 'state'),
    'Dir::State::Lists': join(directory, 'lists'),
    'Dir::State::status': join(directory, 'status'),
    'Dir::Cache': join(directory, 'cache'),
    'Dir::Cache::Archives': join(directory, 'cache', 'archives'),
    'Dir::Cache::pkgcache': join(directory, 'cache', 'pkgcache.bin'),
    'Dir::Cache::srcpkgcache': join(directory, 'cache', 'srcpkgcache.bin'),
    'Dir::Log': join(directory, 'state'),
    // As root, apt would drop to a user that can read nothing below a home directory.
    'APT::Sandbox::User': 'root',
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
}

/**
 * Runs a program of apt's.
 *
 * @throws ToolError `APT_MISSING`, and those of {@link runProgram}
 */
export async function runApt(argv: Argv, options: Omit<RunOptions, 'env'>): Promise<RunResult> {
  const proxies = PROXY_VARIABLES.map((name) => [name, process.env[name]] as const).filter(
    ([, value]) => value,
  );
  const env = scrubbedEnvironment(Object.fromEntries(proxies) as Record<string, string>);
  try {
    return await runProgram(argv, { ...options, env });
  } catch (error) {
    if (!(error instanceof ToolError) || error.code !== 'TOOL_MISSING') throw error;
    throw new ToolError(
      'APT_MISSING',
      `${argv[0]} was not found: Debian's packages are only to be had on Debian and its derivatives. Use a source of kind "tarball" (url, sha256) or "directory" instead.`,
      { program: argv[0] },
      error,
    );
  }
}
