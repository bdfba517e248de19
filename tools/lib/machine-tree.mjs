/** The directory of a machine: made from the base system, with Node, settings and a clone; removed only when nothing is mounted. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { networkEnvironment, output, readNpmSettings } from './machine-settings.mjs';

const checkout = fileURLToPath(new URL('../..', import.meta.url));

/** Written into each directory that this program made, and looked for before it uses or removes one. */
const MARK = 'bringup-machine.json';
export const CLONE = '/srv/bringup';
/** The user of `--user`. */
export const USER = { name: 'user', id: 1000, home: '/home/user' };

/** @typedef {{ directory: string, tree: string }} Machine `tree`: the root directory of the machine */

export function describeTime(since) {
  const seconds = Math.round((Date.now() - since) / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/**
 * @param {{ suite: string, base: string, at?: string }} given `base`: the tarball; `at`: see machine.mjs
 * @returns {Machine}
 */
export function makeMachine({ suite, base, at }) {
  const directory = at === undefined ? mkdtempSync('/var/tmp/bringup-machine-') : resolve(at);
  const machine = { directory, tree: join(directory, 'root') };
  mkdirSync(directory, { recursive: true });
  if (existsSync(join(directory, MARK))) {
    const { suite: was } = JSON.parse(readFileSync(join(directory, MARK), 'utf8'));
    if (was !== suite) throw new Error(`${directory} has a machine of ${was}`);
    moveClone(machine.tree);
    return machine;
  }
  if (readdirSync(directory).length > 0)
    throw new Error(`${directory} is not empty, and no machine made by this program`);
  writeFileSync(join(directory, MARK), JSON.stringify({ suite }));
  try {
    mkdirSync(machine.tree);
    output(['tar', '--extract', '--numeric-owner', '--file', base, '--directory', machine.tree]);
    copyNode(machine.tree);
    copySettings(machine.tree);
    addUser(machine.tree);
    clone(machine.tree);
  } catch (error) {
    removeMachine(machine);
    throw error;
  }
  return machine;
}

/** Node and npm of the calling machine, to where a tarball of nodejs.org is usually unpacked. */
function copyNode(tree) {
  const npm = dirname(dirname(realpathSync(output(['which', 'npm']).trim())));
  const local = join(tree, 'usr/local');
  mkdirSync(join(local, 'lib/node_modules'), { recursive: true });
  output(['cp', '--dereference', realpathSync(process.execPath), join(local, 'bin/node')]);
  output(['cp', '--archive', npm, join(local, 'lib/node_modules/npm')]);
  for (const name of ['npm', 'npx'])
    output(['ln', '-s', `../lib/node_modules/npm/bin/${name}-cli.js`, join(local, 'bin', name)]);
  try {
    output(['chroot', tree, '/usr/local/bin/node', '--version']);
  } catch (error) {
    throw new Error(`The Node of this machine does not run there: ${error.message}`, { cause: error });
  }
}

function copySettings(tree) {
  for (const file of ['/etc/hosts', '/etc/resolv.conf'])
    output(['cp', '--dereference', file, join(tree, file)]);
  const npm = readNpmSettings();
  const files = {
    '/usr/local/etc/npmrc': npm.global,
    '/root/.npmrc': npm.user,
    '/etc/skel/.npmrc': npm.user,
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(tree, dirname(path)), { recursive: true });
    if (text !== '') writeFileSync(join(tree, path), text, { mode: 0o600 });
  }
  // Certificates in a file of its own, unless the machine has one of that name.
  const { NODE_EXTRA_CA_CERTS: extra } = networkEnvironment(process.env);
  if (extra && existsSync(extra) && !existsSync(join(tree, extra))) {
    mkdirSync(join(tree, dirname(extra)), { recursive: true });
    output(['cp', '--dereference', extra, join(tree, extra)]);
  }
  // Nobody runs services there; and what a crash would lose is not wanted.
  writeFileSync(join(tree, 'usr/sbin/policy-rc.d'), '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  writeFileSync(join(tree, 'etc/dpkg/dpkg.cfg.d/unsafe-io'), 'force-unsafe-io\n');
}

function addUser(tree) {
  const { name, id } = USER;
  output(['chroot', tree, 'useradd', '--create-home', '--shell', '/bin/bash', '--uid', String(id), name]);
}

/** Only commits count, as in anybody's clone. */
function clone(tree) {
  output(['git', 'clone', '--quiet', '--no-local', checkout, join(tree, CLONE)]);
  describeClone(tree);
}

/** Takes the clone of a machine that was kept to the checkout's HEAD. Ignored files stay: outputs and npm's packages. */
function moveClone(tree) {
  // The clone may belong to the machine's user.
  const git = ['git', '-c', 'safe.directory=*', '-C', join(tree, CLONE)];
  output([...git, 'fetch', '--quiet', checkout, 'HEAD']);
  output([...git, 'reset', '--quiet', '--hard', 'FETCH_HEAD']);
  output([...git, 'clean', '--quiet', '-d', '--force']);
  // Nx records by process id which tasks run. After a run that was killed, the ids of the next machine mean the same again, and Nx
  // reports a recursion.
  rmSync(join(tree, CLONE, '.nx/workspace-data'), { recursive: true, force: true });
  describeClone(tree);
}

function describeClone(tree) {
  const head = output([
    'git',
    '-c',
    'safe.directory=*',
    '-C',
    join(tree, CLONE),
    'log',
    '-1',
    '--format=%h %s',
  ]).trim();
  const edits = output(['git', '-C', checkout, 'status', '--porcelain']).trim();
  console.log(`== clone of ${head}${edits === '' ? '' : ', without the uncommitted edits'}`);
}

/** Removes a machine that {@link makeMachine} made, unless something is mounted in it. @param {Machine} machine */
export function removeMachine({ directory }) {
  const mounted = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((path) => path.startsWith(`${directory}/`));
  if (mounted.length > 0)
    throw new Error(
      `${directory} stays: ${mounted.join(', ')} is mounted. Unmount it, then remove the directory.`,
    );
  if (!statSync(join(directory, MARK)).isFile()) throw new Error(`${directory} was not made by this program`);
  output(['rm', '--recursive', '--force', '--one-file-system', '--', directory]);
}
