/** From a fresh clone to a workspace in which nx works: host packages, npm packages, built plugin, a lock that holds here. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensurePackages } from './host-packages.mjs';

export const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

/**
 * Runs a program of the workspace in the foreground; ends this process when it fails.
 *
 * @param options.ifFails printed in place of ending
 */
export function runStep(title, argv, { ifFails, ...options } = {}) {
  if (title) console.log(`\n== ${title}`);
  const { status, signal, error } = spawnSync(argv[0], argv.slice(1), {
    cwd: root,
    stdio: 'inherit',
    ...options,
  });
  if (error) throw error;
  if (status !== 0) {
    if (ifFails !== undefined) return console.error(ifFails);
    console.error(`${title || argv.join(' ')}: failed (${signal ?? `exit code ${status}`})`);
    process.exit(status || 1);
  }
}

/** The argv of a program that npm installed. */
export function bin(name, ...args) {
  return [join(root, 'node_modules/.bin', name), ...args];
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  console.error(`Node ${process.versions.node} is too old: Bringup needs 20.19 or newer.`);
  process.exit(1);
}

/** `npm ci`, unless node_modules is already what package-lock.json says. */
function installNpmPackages() {
  const stamp = join(root, 'node_modules/.bringup-setup');
  const key = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === key) return;
  runStep('npm packages', ['npm', 'ci', '--no-audit', '--no-fund']);
  writeFileSync(stamp, key);
}

/**
 * The lock names what its authors had. The archive keeps only the newest security version of a source, and this machine may
 * have other tools: then the lock moves on here, for the whole workspace. Entries of tools that are not installed stay. A source
 * that cannot be looked up may be one that nobody needs today.
 */
function refreshLock() {
  runStep(
    'bringup.lock against this machine',
    bin('nx', 'generate', '@bringup/nx:update', '--ifNeeded', '--quiet'),
    {
      env: { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false' },
      ifFails: 'Going on with the entries that bringup.lock has; a build that needs another one says so.',
    },
  );
}

/** @param {import('./host-packages.mjs').Purpose} purpose */
export async function setUp(purpose) {
  checkNode();
  await ensurePackages(purpose);
  installNpmPackages();
  runStep('plugin', bin('tsc', '--build', 'packages'));
  refreshLock();
}
