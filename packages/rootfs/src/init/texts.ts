import { PROGRAM_DIRECTORIES } from './base.js';
import type { InitOptions, Mount } from './options.js';

const PATH_LINE = `export PATH=${PROGRAM_DIRECTORIES.join(':')}`;

/** Mounts, device nodes and hostname: what rcS and a plain /init have in common. */
const SETUP = `# A kernel may lack some of these file systems: a pseudo file system that cannot be mounted is passed over.
while read -r source target type options rest; do
  case $source in '' | '#'*) continue ;; esac
  mkdir -p "$target"
  mount -t "$type" -o "$options" "$source" "$target" 2>/dev/null && continue
  case $source in /*) echo "$0: cannot mount $source on $target" ;; esac
done </etc/fstab

# Fills /dev where devtmpfs did not, and sets the modes of /etc/mdev.conf.
[ -d /sys/class ] && mdev -s

hostname -F /etc/hostname
`;

/** BusyBox's inittab: an entry with an id gets that terminal as its controlling one, so Ctrl-C works. */
export function formatInittab({ console, login }: InitOptions): string {
  const session = login === 'getty' ? `/sbin/${gettyCommand(console)}` : '-/bin/sh';
  return `::sysinit:/etc/init.d/rcS
${console}::respawn:${session}
::ctrlaltdel:/sbin/reboot
::shutdown:/bin/umount -a -r
`;
}

export function formatRcS({ startup, modules }: InitOptions): string {
  return script([SETUP, ...modulesPart(modules), ...startupPart(startup)]);
}

/** No error handling here: modprobe itself reports a module that it cannot load. */
function modulesPart(modules: readonly string[]): string[] {
  return modules.length > 0 ? [modules.map((name) => `modprobe ${name}\n`).join('')] : [];
}

/** A plain /init. It starts the shell anew when it ends: a first process that exits is a kernel panic. */
export function formatInitScript({ console, login, startup, modules }: InitOptions): string {
  const session = login === 'getty' ? gettySession(console) : shellSession(console);
  return script([SETUP, ...modulesPart(modules), ...startupPart(startup), session]);
}

function shellSession(console: string): string {
  return `${consoleShell(console)}
while :; do
  console_shell || sleep 1
done
`;
}

/** A shell function that has a login shell on the console until that ends. */
export function consoleShell(console: string): string {
  return `# The first terminal that a session leader opens becomes its controlling one; without that there is no Ctrl-C and
# no job control. Where its node is missing, cttyhack finds the terminal behind /dev/console.
console_shell() {
  if [ -c /dev/${console} ]; then
    setsid sh -c 'exec sh -l </dev/${console} >/dev/${console} 2>&1'
  else
    setsid cttyhack sh -l
  fi
}
`;
}

function gettySession(console: string): string {
  return `while :; do
  setsid ${gettyCommand(console)} || sleep 1
done
`;
}

/** -L: the line has no modem whose carrier to wait for. */
function gettyCommand(console: string): string {
  return `getty -L ${console} 115200 vt100`;
}

export function startupPart(startup: readonly string[]): string[] {
  return startup.length > 0 ? [`${startup.join('\n')}\n`] : [];
}

/** A script of BusyBox's sh out of its parts. */
export function script(parts: readonly string[]): string {
  return `#!/bin/sh\n${PATH_LINE}\n\n${parts.join('\n')}`;
}

export function formatFstab(mounts: readonly Mount[]): string {
  return mounts
    .map(({ source, target, type, options }) => `${source} ${target} ${type} ${options ?? 'defaults'} 0 0\n`)
    .join('');
}

export function formatProfile(): string {
  return `${PATH_LINE}\numask 022\n`;
}

/** Without these lines "mdev -s" makes every node 0660, and only root could write to /dev/null. */
export function formatMdevConf(): string {
  return `(null|zero|full|random|urandom|tty|ptmx) 0:0 666
console 0:0 600
`;
}
