/** Runs one program at a time, timed, in a process group that dies with the benchmark. */
import { spawn } from 'node:child_process';

const TAIL = 4000;
let current;

/** Ends what is running; for clean-up on a signal. */
export function killCurrent() {
  if (current === undefined) return;
  try {
    process.kill(-current, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/**
 * Runs a program to its end.
 *
 * @param {string[]} argv
 * @param {object} options `until`: a pattern of the output at which the run is over: `answer` is then typed, and
 *   time stops; `expectFailure`: any exit code will do; `stdoutFile`: a descriptor for stdout
 * @returns {Promise<{ seconds: number, startedAt: number, output: string, stdout: string, marks: (pattern: RegExp) => number }>}
 *   seconds until the end (or `until`), and when a pattern was first seen, in seconds
 */
export async function run(argv, options = {}) {
  const { cwd, env, until, answer } = options;
  const startedAt = performance.timeOrigin + performance.now();
  const child = spawn(argv[0], argv.slice(1), { cwd, env, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
  current = child.pid;
  const elapsed = () => (performance.timeOrigin + performance.now() - startedAt) / 1000;
  const chunks = [];
  let output = '';
  let stdout = '';
  let seconds;
  const onData = (chunk, own) => {
    const text = String(chunk);
    output += text;
    if (own) stdout += text;
    chunks.push({ at: elapsed(), end: output.length });
    if (until && seconds === undefined && until.test(output.slice(-2000))) {
      seconds = elapsed();
      child.stdin.write(answer ?? '');
    }
  };
  child.stdout.on('data', (chunk) => onData(chunk, true));
  child.stderr.on('data', (chunk) => onData(chunk, false));
  child.stdin.on('error', () => undefined);
  if (!until) child.stdin.end();
  const timer = options.timeoutSeconds
    ? setTimeout(() => process.kill(-child.pid, 'SIGKILL'), options.timeoutSeconds * 1000)
    : undefined;
  const status = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(signal ?? code));
  });
  clearTimeout(timer);
  current = undefined;
  if (status !== 0 || (until && seconds === undefined))
    throw new Error(`${argv.join(' ')} ended with ${status}:\n${output.slice(-TAIL)}`);
  const marks = (pattern) => {
    const found = pattern.exec(output);
    return found ? chunks.find(({ end }) => end >= found.index + found[0].length).at : NaN;
  };
  return { seconds: seconds ?? elapsed(), startedAt, output, stdout, marks };
}
