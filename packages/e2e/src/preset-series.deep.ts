import type { Arch } from '@bringup/kbuild';
import { SERIES, seriesTree } from './linux-series.js';
import { allOf, describePresets, MEANT } from './preset-suite.js';

jest.setTimeout(20 * 60_000);

/** Every preset, on every architecture that it is meant for, in the kernel of every Debian suite: configured only. */
for (const series of SERIES)
  for (const arch of Object.keys(MEANT) as Arch[]) describePresets(seriesTree(series, arch), allOf(arch));
