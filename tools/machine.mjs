#!/usr/bin/env node
/**
 * Runs a command in a fresh clone of this checkout, on a Debian machine with nothing but git and Node: a directory tree made
 * by mmdebstrap, entered by chroot in mount and process namespaces of its own. `--help` has the arguments.
 */
import { parseArgs } from 'node:util';
import { baseTarball, SUITES } from './lib/machine-base.mjs';
import { describeTime, makeMachine, removeMachine } from './lib/machine-tree.mjs';
import { runInMachine } from './lib/machine-run.mjs';

const HELP = `node tools/machine.mjs --suite SUITE [OPTION...] -- COMMAND [ARGUMENT...]

Makes a bare Debian machine, clones the HEAD of this checkout into it, runs the command there, removes the machine, and
ends with the command's exit code. Run it as root on Debian, with the package mmdebstrap.

  --suite SUITE  ${SUITES.join(', ')}
  --user         run the command as an unprivileged user; without it, as root
  --at DIR       where the machine is made: a directory that is absent or empty, or a machine that --keep left. That is used
                 again with its caches and outputs; its clone moves to HEAD (default: a new directory in /var/tmp)
  --keep         do not remove the machine
  --fresh        make the suite's base system again, even where the cache has one of this week
  --cache DIR    where base systems are kept (default: bringup-machines in XDG_CACHE_HOME or ~/.cache)
  --help         this text

The machine has Debian's minimal system, git and ca-certificates, and from this machine: Node with npm, the mirror, apt's
network options, npm's settings, proxies and certificates from the environment, /etc/hosts and /etc/resolv.conf. Its home
directories are empty otherwise, and no cache is shared. Root there is root here, in a directory: run nothing that you would not
run on this machine. The clone is /srv/bringup.
`;

function readArguments() {
  const flag = { type: 'boolean', default: false };
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      ...{ suite: { type: 'string' }, at: { type: 'string' }, cache: { type: 'string' } },
      ...{ user: flag, keep: flag, fresh: flag, help: flag },
    },
  });
  if (values.help) return values;
  if (!SUITES.includes(values.suite)) throw new Error(`--suite: one of ${SUITES.join(', ')}`);
  if (!process.argv.includes('--') || positionals.length === 0)
    throw new Error('Which command? Name it after --');
  if (process.getuid() !== 0) throw new Error('Run this as root: chroot and mount need it.');
  return { ...values, command: positionals };
}

async function main() {
  const { help, suite, user, keep, at, cache, fresh, command } = readArguments();
  if (help) {
    console.log(HELP);
    return 0;
  }
  const started = Date.now();
  const base = baseTarball({ suite, cache, fresh });
  const machine = makeMachine({ suite, base, at });
  console.log(`== ${suite}: ${machine.directory} is ready after ${describeTime(started)}`);
  try {
    return await runInMachine(machine, { command, user });
  } finally {
    if (!keep) removeMachine(machine);
    console.log(
      `== ${suite}: ended after ${describeTime(started)}${keep ? `, kept in ${machine.directory}` : ''}`,
    );
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 2;
}
