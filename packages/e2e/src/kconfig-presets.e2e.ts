import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { makeFakeWorkspace } from './fake-workspace.js';
import { SERIES, seriesTree } from './linux-series.js';
import { nx } from './nx-run.js';
import { PRESETS } from './preset-claims.js';
import { allOf, describePresets, MEANT } from './preset-suite.js';

jest.setTimeout(20 * 60_000);

type Json = Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any -- project.json as a test edits it

describePresets('linux-arm64', allOf('arm64'));
describePresets('linux-x86_64', allOf('x86_64'));

// A sample of the other series, with what changed between them. The suite preset-series tries everything.
for (const series of SERIES.filter((one) => one !== '6.1')) {
  describePresets(seriesTree(series, 'arm64'), [
    ['tinyconfig', 'virt-arm64+efi'],
    ['defconfig', 'debug'],
  ]);
  describePresets(seriesTree(series, 'x86_64'), [
    ['tinyconfig', 'pc-x86_64+efi'],
    ['tinyconfig', 'debug'],
    ['tinyconfig', 'container'],
  ]);
}

/** Debian 12 has no compiler for its architecture. */
const UNTRIED = ['qemu-loongarch64'];

it('has no preset that is not tried', () => {
  const tried = Object.values(MEANT).flatMap((bases) => Object.values(bases).flat());
  const names = readdirSync(PRESETS).map((file) => file.replace(/\.config$/, ''));
  const presets = tried.flatMap((joined) => joined.split('+')).filter((one) => !one.includes('/'));
  expect(names.sort()).toEqual([...new Set([...presets, ...UNTRIED])].sort());
});

it('finds a preset by its name from a workspace that installs the plugin', async () => {
  const workspace = makeFakeWorkspace(tmpdir());
  workspace.edit('kernel/project.json', ((json: Json) => {
    json.targets.build.options.fragments = ['preset:mini'];
  }) as never);
  const { exitCode, output } = await nx(['run', 'kernel:config'], { cwd: workspace.root });
  workspace.remove();
  expect(exitCode).not.toBe(0);
  // The fake kernel has no such symbol: it was read, and from where the plugin has it.
  expect(output).toContain('preset:mini:4: CONFIG_64BIT: wanted y, got n');
});
