/**
 * `npm run prose`: finds habits of speech that have to be read twice, in pages, schemas, messages, comments and names of tests.
 *
 *   node tools/prose.mjs [PATH…]    all that git knows, or these files and directories
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { habits } from './lib/prose.mjs';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

/** Made from what is looked at already, written by others, or of the past. */
const LEFT_OUT =
  /(^|\/)(fixtures|generated)\/|^docs\/(reference|decisions)\/|^CHANGELOG|api\.md$|package(-lock)?\.json$|^tools\/lib\/prose/;

const files = execFileSync('git', ['ls-files', '--', ...process.argv.slice(2)], { encoding: 'utf8' })
  .split('\n')
  .filter((path) => /\.(md|ts|mjs|cjs|js|sh|json)$/.test(path) && !LEFT_OUT.test(path));
let count = 0;
for (const path of files)
  for (const { line, sentence, instead } of habits(path, readFileSync(path, 'utf8'))) {
    count += 1;
    console.log(`${path}:${line}: ${sentence}\n    ${instead}`);
  }
console.error(`${files.length} files, ${count} places`);
if (count > 0) process.exitCode = 1;
