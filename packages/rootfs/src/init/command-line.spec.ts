import { execFileSync } from 'node:child_process';
import { COMMAND_LINE } from './command-line.js';

const DEFAULTS = {
  root: '',
  rootfstype: '',
  rootflags: '',
  mode: 'ro',
  init: '',
  delay: '0',
  limit: '10',
  quiet: '',
};
const NAMES = Object.keys(DEFAULTS) as (keyof typeof DEFAULTS)[];

/** Runs the functions in a real shell, which gets the command line as an argument. */
function run(commandLine: string, after: string): string {
  const script = `${COMMAND_LINE}\nfail() { echo "$1"; return 1; }\nread_command_line "$1"\n${after}`;
  return execFileSync('sh', ['-c', script, 'sh', commandLine], { encoding: 'utf8', env: {} });
}

it.each<[string, string, Partial<typeof DEFAULTS>]>([
  ['nothing', '', {}],
  ['blanks', ' \t \n', {}],
  ['what it does not know', 'console=ttyS0 root panic=-1 xroot=/dev/a BOOT_IMAGE=/root=x', {}],
  ['a device', 'root=/dev/vda1 rw\n', { root: '/dev/vda1', mode: 'rw' }],
  [
    'every kind',
    'root=LABEL=a rootfstype=ext4,vfat rootflags=noatime,data=journal rootdelay=3 rootwait init=/bin/sh ro quiet',
    {
      root: 'LABEL=a',
      rootfstype: 'ext4,vfat',
      rootflags: 'noatime,data=journal',
      delay: '3',
      limit: 'forever',
      init: '/bin/sh',
      quiet: 'yes',
    },
  ],
  ['the last of each', 'root=a root=b rw ro rootwait rootwait=5', { root: 'b', limit: '5' }],
  ['an emptied value', 'init=/x init=', {}],
  ['a quoted value', 'root="LABEL=a b" rw', { root: 'LABEL=a b', mode: 'rw' }],
  ['quotes within a value', 'root=LABEL="a  b"c', { root: 'LABEL=a  bc' }],
  ['a quoted word', '"root=LABEL=a\tb" quiet', { root: 'LABEL=a\tb', quiet: 'yes' }],
  ['an open quote', 'rw root="LABEL=a b', { root: 'LABEL=a b', mode: 'rw' }],
  ['empty quotes', 'root="" "" rw', { mode: 'rw' }],
  ["init's own arguments", 'root=a -- root=b rw', { root: 'a' }],
  ['an apostrophe', "root=LABEL='a rw", { root: "LABEL='a", mode: 'rw' }],
  ['backslashes', 'root=LABEL=\\a\\"b" rw', { root: 'LABEL=\\a\\b', mode: 'rw' }],
  ['patterns', 'root=LABEL=* init=/*/[a]?', { root: 'LABEL=*', init: '/*/[a]?' }],
  [
    'commands',
    'root=LABEL=$(id)`id`;id|id&& init="$HOME;${x:=y}"',
    {
      root: 'LABEL=$(id)`id`;id|id&&',
      init: '$HOME;${x:=y}',
    },
  ],
  ['another script', 'root=%s\\n rootflags=-n', { root: '%s\\n', rootflags: '-n' }],
])('reads %s', (_what, commandLine, expected) => {
  const printed = run(commandLine, `printf '%s\\0' ${NAMES.map((name) => `"$${name}"`).join(' ')}`);
  const values = printed.split('\0');
  expect(Object.fromEntries(NAMES.map((name, index) => [name, values[index]]))).toEqual({
    ...DEFAULTS,
    ...expected,
  });
});

it.each([
  ['', "there is no root= on the kernel's command line\n"],
  ['root=/dev/vda1 rootwait=0 rootdelay=10', ''],
  ['root=UUID=1 rootwait', ''],
  ['root=8:1', 'root=8:1: give LABEL=NAME, UUID=ID, PARTLABEL=NAME or /dev/NAME\n'],
  ['root=LABEL=', 'root=LABEL=: give LABEL=NAME, UUID=ID, PARTLABEL=NAME or /dev/NAME\n'],
  ['root=/dev/', 'root=/dev/: give LABEL=NAME, UUID=ID, PARTLABEL=NAME or /dev/NAME\n'],
  ['root=/dev/a rootwait=', 'rootwait=: not a number of seconds\n'],
  ['root=/dev/a rootdelay=-1', 'rootdelay=-1: not a number of seconds\n'],
  ['root=/dev/a rootdelay=a[$(id)]', 'rootdelay=a[$(id)]: not a number of seconds\n'],
])('checks %s', (commandLine, complaint) => {
  expect(run(commandLine, 'check_command_line || :')).toBe(complaint);
});
