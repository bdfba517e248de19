import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nxEnvironment, REPOSITORY } from './nx-run.js';

/** The guides' commands, executed as they stand; what the pages show of their output is compared with it. */
const MINUTES = 60_000;
const GUIDES = join(REPOSITORY, 'docs/guides');
const pages = readdirSync(GUIDES).filter((name) => /^\d{3}-.*\.md$/.test(name));

interface Step {
  script: string;
  /** The `text` block right behind it. */
  shown: string;
}

function stepsOf(page: string): Step[] {
  const fences = /^```sh\n([^]*?)^```\n(?:\n```text\n([^]*?)^```\n)?/gm;
  return [...page.matchAll(fences)].map(([, script, shown]) => ({ script: script!, shown: shown ?? '' }));
}

/** A line of a page as a pattern: `…` stands for anything, also for lines in between. */
const pattern = (line: string) =>
  new RegExp(
    line
      .split('…')
      .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*'),
  );

/** The lines of `shown` that are not found in `output`, in their order. */
function missing(shown: string, output: string): string[] {
  const lines = output.split('\n');
  return shown
    .split('\n')
    .filter((line) => line.trim() !== '' && line.trim() !== '…')
    .filter((line) => {
      const at = lines.findIndex((text) => pattern(line).test(text));
      lines.splice(0, at + 1);
      return at === -1;
    });
}

it.each(pages)(
  'docs/guides/%s does what it says',
  (name) => {
    const steps = stepsOf(readFileSync(join(GUIDES, name), 'utf8'));
    expect(steps.length).toBeGreaterThan(1);
    const env = nxEnvironment(REPOSITORY, { HOME: process.env.HOME! });
    for (const { script, shown } of steps) {
      const run = spawnSync('bash', ['-euo', 'pipefail', '-c', script], {
        cwd: REPOSITORY,
        env,
        encoding: 'utf8',
      });
      const output = `${run.stdout}${run.stderr}`;
      expect({ script, status: run.status, output: run.status === 0 ? '' : output }).toEqual({
        script,
        status: 0,
        output: '',
      });
      expect({ script, missing: missing(shown, run.stdout), output }).toEqual({
        script,
        missing: [],
        output,
      });
    }
  },
  30 * MINUTES,
);
