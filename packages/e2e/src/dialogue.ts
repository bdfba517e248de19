import { spawn } from 'node:child_process';

const TIMEOUT_MS = 60_000;

/** The argv that `command --json` printed, among what nx itself says. */
export function printedCommand(output: string): string[] {
  return JSON.parse(output.split('\n').find((text) => text.startsWith('['))!) as string[];
}

/**
 * Runs a guest, types a line at each prompt (looked for in what came since the last one), and ends it at the prompt
 * where nothing is typed. Gives all that the console said.
 */
export async function dialogue(
  [program, ...args]: readonly string[],
  steps: readonly [prompt: RegExp, typed: string | undefined][],
  timeoutMs = TIMEOUT_MS,
): Promise<string> {
  const boot = spawn(program!, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const left = [...steps];
  let console = '';
  let answered = 0;
  boot.stdout.on('data', (chunk) => {
    console += String(chunk);
    const next = left[0];
    if (!next?.[0].test(console.slice(answered))) return;
    answered = console.length;
    left.shift();
    if (next[1] === undefined) boot.kill();
    else boot.stdin.write(`${next[1]}\n`);
  });
  const tooLong = setTimeout(() => boot.kill(), timeoutMs);
  await new Promise((resolve) => boot.on('close', resolve));
  clearTimeout(tooLong);
  expect({ left, console: left.length === 0 ? '' : console }).toEqual({ left: [], console: '' });
  return console;
}
