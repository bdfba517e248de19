/**
 * `npm run layout`: no file and no folder of a package may need itself by way of others. Types and dynamic imports count; tests do not.
 * A folder is its own files alone: what lies in a folder below it is another folder.
 */
import { fileURLToPath } from 'node:url';
import { cruise } from 'dependency-cruiser';
import { circles, foldersOf } from './lib/circles.mjs';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

const { output } = await cruise(['packages'], {
  includeOnly: '^packages/[^/]+/src/',
  exclude: '(\\.(spec|e2e|deep)\\.ts$|/testing/|^packages/e2e/)',
  tsPreCompilationDeps: true,
});
const files = new Map(
  output.modules.map(({ source, dependencies }) => [
    source,
    new Set(dependencies.map(({ resolved }) => resolved)),
  ]),
);
const folders = foldersOf(files);
const found = [...circles(files), ...circles(folders)];
for (const circle of found) console.error(`circle: ${[...circle, circle[0]].join(' → ')}`);
console.error(`${files.size} files in ${folders.size} folders, ${found.length} circles`);
if (found.length > 0) {
  console.error('Put what both sides need into a file (or a folder) that needs neither of them.');
  process.exitCode = 1;
}
