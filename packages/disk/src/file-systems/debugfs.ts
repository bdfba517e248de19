import { runProgram, scrubbedEnvironment, ToolError, UserError } from '@bringup/process';
import { IMAGE_TIME } from '../common/identity.js';

/** The number of debugfs complaints that a message shows: a single defect causes many of them. */
const COMPLAINTS_MAX = 5;

/** How debugfs is run: on what, and whether it may write. */
interface DebugfsOptions {
  /** The name of the image in messages. */
  description: string;
  /** The image, or `image?offset=BYTES`, by a name in `cwd`. */
  device: string;
  /** Where debugfs finds host files by the names that requests give. */
  cwd: string;
  write?: boolean;
  signal?: AbortSignal;
}

/**
 * Runs requests of debugfs, whose clock is fixed. It ends with 0 whatever happened: what it says beside its version is
 * an error.
 *
 * @returns what each request printed, in lines. A request that prints what lies in the image has to print it escaped,
 * for a request's own line is what tells the answers apart.
 * @throws ToolError `TOOL_FAILED` with debugfs's words in `complaints`
 */
export async function runDebugfs(requests: readonly string[], options: DebugfsOptions): Promise<string[][]> {
  const complaints: string[] = [];
  const writable = options.write ? ['-w'] : [];
  const { stdout } = await runProgram(['debugfs', ...writable, '-f', '-', options.device], {
    cwd: options.cwd,
    env: scrubbedEnvironment({
      E2FSPROGS_FAKE_TIME: String(IMAGE_TIME),
      SOURCE_DATE_EPOCH: String(IMAGE_TIME),
    }),
    input: requests.map((request) => `${request}\n`).join(''),
    signal: options.signal,
    onLine: (line, stream) => {
      if (stream === 'stderr' && line !== '' && !/^debugfs \d/.test(line)) complaints.push(line);
    },
  });
  if (complaints.length === 0) return splitAnswers(stdout, requests);
  const said = complaints.slice(0, COMPLAINTS_MAX).join('\n  ');
  const message = `debugfs failed on ${options.description}:\n  ${said}`;
  throw new ToolError('TOOL_FAILED', message, { complaints });
}

/** debugfs repeats each request behind its prompt before the answer. */
function splitAnswers(stdout: string, requests: readonly string[]): string[][] {
  const answers: string[][] = [];
  for (const line of stdout.split('\n')) {
    if (line === `debugfs: ${requests[answers.length]}`) answers.push([]);
    else if (line !== '') answers.at(-1)?.push(line);
  }
  return answers;
}

/**
 * A name as an argument of a request, by the quoting of libss: a double quote inside is doubled, a backslash is itself.
 *
 * @throws UserError `UNSAFE_NAME` for control characters, which end a request
 */
export function quoteForDebugfs(name: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what is refused
  if (/[\x00-\x1f\x7f]/.test(name))
    throw new UserError(
      'UNSAFE_NAME',
      `${JSON.stringify(name)}: control characters cannot be in a name here`,
      {
        name,
      },
    );
  return `"${name.replaceAll('"', '""')}"`;
}
