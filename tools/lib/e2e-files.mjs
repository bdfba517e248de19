/** The end-to-end test files: which of them share something. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './setup.mjs';

const DIRECTORY = 'packages/e2e/src';

/** These work in this repository and share its outputs and runs: one at a time. */
const IN_REPOSITORY = ['console', 'debug', 'demo', 'doctor', 'editors', 'fit', 'guides', 'programs'];

/** These build the demo's kernel, or one like it, elsewhere, which is cheap once ccache has its objects. */
const LIKE_THE_DEMO = ['create', 'environment', 'generators', 'modules'];

/** The job that builds everything that the tests in this repository boot, on every CPU, before they need it. */
export const KERNELS = 'kernels';

function filesEndingWith(ending) {
  return readdirSync(join(root, DIRECTORY))
    .filter((file) => file.endsWith(ending))
    .map((file) => ({ name: file.slice(0, -ending.length), path: join(DIRECTORY, file) }));
}

/**
 * @param {Record<string, number>} lastSeconds how long each took the last time it was run
 * @returns {import('./lanes.mjs').Entry<{ name: string, path: string }>[]} the longest first, so that no lane ends late
 */
export function e2eEntries(lastSeconds) {
  return filesEndingWith('.e2e.ts')
    .sort((a, b) => (lastSeconds[b.name] ?? Infinity) - (lastSeconds[a.name] ?? Infinity))
    .map((file) => ({
      name: file.name,
      job: file,
      ...(IN_REPOSITORY.includes(file.name) ? { exclusive: 'repository', after: [KERNELS] } : {}),
      ...(LIKE_THE_DEMO.includes(file.name) ? { after: [KERNELS] } : {}),
    }));
}

/** The suites of `npm run test:deep`: one file each, named for it. */
export function deepSuites() {
  return filesEndingWith('.deep.ts');
}
