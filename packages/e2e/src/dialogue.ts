import { spawn } from 'node:child_process';

const TIMEOUT_MS = 60_000;

/** Runs the command that `command --json` printed, types at prompts, and ends it at the one where nothing is typed. */
export async function dialogue(
  output: string,
  steps: [prompt: RegExp, typed: string | undefined][],
): Promise<string> {
  const [program, ...args] = JSON.parse(output.split('\n').find((text) => text.startsWith('['))!) as string[];
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
  const tooLong = setTimeout(() => boot.kill(), TIMEOUT_MS);
  await new Promise((resolve) => boot.on('close', resolve));
  clearTimeout(tooLong);
  expect({ left, console: left.length === 0 ? '' : console }).toEqual({ left: [], console: '' });
  return console;
}
