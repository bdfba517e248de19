#!/usr/bin/env node
/**
 * `npm run bench`: what Bringup costs over doing the same by hand, on this machine, in one run. It measures in a
 * scratch copy of this repository with an Nx cache, a daemon and a dist of its own; sources come from the usual
 * store. Everything it made is removed at the end.
 */
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { killCurrent } from './bench/run.mjs';
import { MAX_RUNS } from './bench/build.mjs';
import { MEASURES } from './bench/measures.mjs';
import { buildPlugin, makeScratch, removeScratch } from './bench/scratch.mjs';
import { root } from './lib/setup.mjs';

const HELP = `npm run bench -- [options]

${Object.entries(MEASURES)
  .map(([key, { title }]) => `  ${key}  ${title}`)
  .join('\n')}

  --only a,c    these alone; without it all of them (a and b compile kernels: a takes ten minutes, b as long
                the first time, or without ccache)
  --runs N      runs of each but a, of which the median counts (default 3, at most ${MAX_RUNS})
  --preset NAME for a: over tinyconfig for x86_64 this preset of workspace-configs/kconfig (as mini; none: tinyconfig alone)
                instead of the demo kernel
  --json        the figures as JSON on stdout
  --help
`;

function readOptions() {
  const text = { type: 'string' };
  const flag = { type: 'boolean', default: false };
  const { values } = parseArgs({
    options: { only: text, runs: { ...text, default: '3' }, preset: text, json: flag, help: flag },
  });
  const only = values.only?.split(',') ?? Object.keys(MEASURES);
  const unknown = only.filter((key) => !MEASURES[key]);
  if (unknown.length > 0)
    throw new Error(
      `--only: there is no ${unknown.join(', ')}; there are ${Object.keys(MEASURES).join(', ')}`,
    );
  const runs = Number(values.runs);
  if (!Number.isInteger(runs) || runs < 1 || runs > MAX_RUNS)
    throw new Error(`--runs: a number from 1 to ${MAX_RUNS}`);
  return { ...values, only, runs };
}

function format(key, { title }, result) {
  const figure = `${result.measured.toFixed(2)} ${result.unit}`;
  return [
    `${key}  ${title}`,
    `   ${result.passed ? 'passed' : 'MISSED'}: ${figure}, bar ${result.bar} ${result.unit}`,
    `   ${result.detail}`,
    `   ${result.where}`,
  ].join('\n');
}

async function main(options) {
  const load = loadavg()[0];
  const scratch = makeScratch(root);
  const clean = () => {
    killCurrent();
    removeScratch(scratch);
  };
  for (const [signal, number] of [
    ['SIGINT', 2],
    ['SIGTERM', 15],
    ['SIGHUP', 1],
  ]) {
    process.once(signal, () => {
      clean();
      process.exit(128 + number);
    });
  }
  const results = {};
  try {
    await buildPlugin(scratch);
    for (const key of options.only) {
      const say = (line) => console.error(`${new Date().toISOString().slice(11, 19)} ${line}`);
      const result = await MEASURES[key].measure({
        scratch,
        say,
        runs: options.runs,
        preset: options.preset,
      });
      result.passed ??= result.measured <= result.bar;
      results[key] = result;
      if (!options.json) console.log(format(key, MEASURES[key], result));
    }
  } finally {
    clean();
  }
  const host = { cpus: cpus().length, model: cpus()[0]?.model, node: process.version, load };
  if (options.json) console.log(JSON.stringify({ host, runs: options.runs, results }, null, 2));
  else
    console.log(
      `\n${host.cpus} × ${host.model}, Node ${host.node}, medians of ${options.runs}, load average before: ${load.toFixed(1)}${load > 0.5 ? ' (others were at work: the figures say little)' : ''}`,
    );
  process.exitCode = Object.values(results).every(({ passed }) => passed) ? 0 : 1;
}

try {
  const options = readOptions();
  if (options.help) process.stdout.write(HELP);
  else await main(options);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
