/** The cost of checking requests, and of explaining lost ones, over plain `make olddefconfig`. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './run.mjs';

/** For `node -e`: runs configure() in a separate process, as an executor does. Arguments: workspace, and make, base, fragment as JSON. */
const CONFIGURE_PROGRAM = `
  const [workspace, json] = process.argv.slice(1);
  const { configure, KCONFIG_PROGRAMS, planMake } = require(require.resolve('@bringup/kbuild', { paths: [workspace] }));
  const { make, base, fragment } = JSON.parse(json);
  const started = performance.now();
  const fragments = [{ kind: 'file', path: fragment, shown: fragment }];
  configure({ program: KCONFIG_PROGRAMS.kernel, make, tools: {}, base: { kind: 'goal', goal: base }, fragments })
    .then(() => 0, (error) => { if (error.code !== 'REQUESTS_LOST') throw error; return error.fields.lost.length; })
    .then((lost) => console.log(JSON.stringify({
      lost, seconds: (performance.now() - started) / 1000, ...planMake(make, ['olddefconfig']),
    })));
`;

/** Files that the explanation keeps in the output directory for the next run. */
const RECORDS = ['.bringup-shell.json', '.bringup-probe.json'];

/**
 * Over arm64's defconfig, in one output directory.
 *
 * @param {{ scratch: object, source: string, text: string, cold: boolean }} measured a fragment; `cold`: as if nothing
 *   had been explained there before
 * @returns seconds of configure(), seconds of make on the same merged `.config`, and how many requests were lost
 */
export async function configureTwice({ scratch, source, text, cold }) {
  const out = join(scratch.base, 'configured');
  const fragment = join(scratch.base, 'bench.config');
  writeFileSync(fragment, text);
  const identity = 'bench';
  const make = {
    arch: 'arm64',
    variables: ['ARCH=arm64'],
    crossCompile: 'aarch64-linux-gnu-',
    source: { path: source, identity, epoch: 1 },
    out,
    jobs: 1,
  };
  if (cold) for (const name of RECORDS) rmSync(join(out, name), { force: true });
  const setting = JSON.stringify({ make, base: 'defconfig', fragment });
  const argv = [process.execPath, '-e', CONFIGURE_PROGRAM, scratch.workspace, setting];
  const { stdout } = await run(argv, { cwd: scratch.workspace, env: scratch.env });
  const { lost, seconds, argv: makeArgv, env } = JSON.parse(stdout);
  const base = readFileSync(join(out, '.bringup-base.config'), 'utf8');
  writeFileSync(join(out, '.config'), base + text);
  const hand = await run(makeArgv, { cwd: out, env });
  return { lost, ours: seconds, hand: hand.seconds };
}
