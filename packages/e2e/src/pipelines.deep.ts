import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectSecondMachineToBuildNothing } from './pipelines.js';

jest.setTimeout(10 * 60_000);

/** Both ends of the range of Nx, each beside the devkit that npm takes for `@bringup/nx`: ^23. */
it.each(['22.7.0', '24.0.6'])(
  'with Nx %s, a second machine with the cache of a first one builds nothing',
  async (version) => {
    const directory = mkdtempSync(join(tmpdir(), 'bringup-pipelines-nx-'));
    try {
      writeFileSync(join(directory, 'package.json'), '{ "private": true }');
      const packages = [`nx@${version}`, '@nx/devkit@^23.0.0'];
      execFileSync('npm', ['install', '--no-audit', '--no-fund', ...packages], { cwd: directory });
      await expectSecondMachineToBuildNothing(join(directory, 'node_modules'));
    } finally {
      rmSync(directory, { recursive: true });
    }
  },
);
