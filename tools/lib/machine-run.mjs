/** Runs a command in a machine. Its mounts and processes are in namespaces that end with it, however it ends. */
import { spawn, spawnSync } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { networkEnvironment } from './machine-settings.mjs';
import { CLONE, USER } from './machine-tree.mjs';

/**
 * Process 1 of the machine: mounts what a machine has below / ($1), then runs the rest of its arguments. It stays, because
 * process 1 is the one that collects processes whose parent has ended.
 */
const INIT = `set -e
root=$1; shift
mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for name in null zero full random urandom tty kvm fuse net/tun; do
  [ -c "/dev/$name" ] || continue
  mkdir -p "$(dirname "$root/dev/$name")"
  cp -a "/dev/$name" "$root/dev/$name"
done
ln -s /proc/self/fd "$root/dev/fd"
ln -s fd/0 "$root/dev/stdin"
ln -s fd/1 "$root/dev/stdout"
ln -s fd/2 "$root/dev/stderr"
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$root/dev/pts"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
ln -s pts/ptmx "$root/dev/ptmx"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mkdir -m 1777 "$root/run/lock"
set +e
"$@"
exit $?
`;

const PATHS = {
  root: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  user: '/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games',
};

/** The environment of a login there, and how to reach servers. */
function environment(user) {
  const term = process.env.TERM ? { TERM: process.env.TERM } : {};
  const [home, name, path] = user ? [USER.home, USER.name, PATHS.user] : ['/root', 'root', PATHS.root];
  return {
    ...networkEnvironment(process.env),
    ...term,
    HOME: home,
    USER: name,
    LOGNAME: name,
    PATH: path,
    LANG: 'C.UTF-8',
  };
}

/**
 * @param {import('./machine-tree.mjs').Machine} machine
 * @param {{ command: string[], user: boolean }} given
 * @returns {Promise<number>} the command's exit code; 128 and the number of the signal that ended it
 */
export function runInMachine({ tree }, { command, user }) {
  const id = user ? USER.id : 0;
  // The clone belongs to who runs the command, but for what is there already and belongs to somebody.
  const chown = spawnSync('chown', ['-R', `${id}:${id}`, join(tree, CLONE)], { stdio: 'inherit' });
  if (chown.status !== 0) throw new Error(`chown of ${join(tree, CLONE)} failed`);
  const variables = Object.entries(environment(user)).map(([name, value]) => `${name}=${value}`);
  const child = spawn(
    'unshare',
    [
      ...['--mount', '--pid', '--fork', '--kill-child', '--', 'sh', '-c', INIT, 'init', tree],
      ...['chroot', `--userspec=${id}:${id}`, tree],
      ...['env', '-i', `--chdir=${CLONE}`, ...variables, ...command],
    ],
    { stdio: 'inherit' },
  );
  return new Promise((resolve, reject) => {
    // At a terminal, Ctrl-C reaches the command too, which may need time to end: its end is ours.
    process.on('SIGINT', () => {});
    const end = () => child.kill('SIGKILL');
    process.once('SIGTERM', end).once('SIGHUP', end);
    child.once('error', reject).once('close', (status, signal) => {
      resolve(status ?? 128 + constants.signals[signal]);
    });
  });
}
