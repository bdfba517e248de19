import { COMMAND_LINE } from './command-line.js';
import type { InitOptions } from './options.js';
import { consoleShell, script, startupPart } from './texts.js';

/** Where the root is mounted before it becomes /. */
export const NEW_ROOT = 'newroot';

/**
 * Programs of the tree that the script cannot do without; what only the rescue shell or a kernel without devtmpfs
 * needs is not among them.
 */
export function switchRootPrograms(modules: readonly string[]): string[] {
  const programs = ['cat', 'findfs', 'mount', 'readlink', 'setsid', 'sleep', 'switch_root'];
  return modules.length > 0 ? [...programs, 'depmod', 'grep', 'modprobe', 'tr', 'uname'].sort() : programs;
}

const MESSAGES = `say() {
  echo "init: $*"
}

# For the rescue shell: what failed, and with which value.
fail() {
  problem=$1
  return 1
}
`;

const KERNEL_FILE_SYSTEMS = `is_mounted() {
  local place
  [ -r /proc/mounts ] || return 1
  while read -r _ place _; do
    [ "$place" = "$1" ] && return 0
  done </proc/mounts
  return 1
}

mount_kernel_file_system() {
  local error
  error=$(mount -t "$1" "$1" "$2" 2>&1) || say "$error: the kernel needs $3=y"
}

mount_kernel_file_system proc /proc CONFIG_PROC_FS
mount_kernel_file_system sysfs /sys CONFIG_SYSFS
mount_kernel_file_system devtmpfs /dev CONFIG_DEVTMPFS
[ -r /proc/cmdline ] && read_command_line "$(cat /proc/cmdline)"
`;

/**
 * A module's name may be written with "-" or "_", its file has either, the kernel only "_". BusyBox's small modprobe
 * without an index tries a module before what it depends on, to a page of complaints by the kernel; depmod makes one.
 */
const MODULES = `# The same initramfs serves several kernels: what one has as a module is built into another.
modules=/lib/modules/$(uname -r)
[ ! -d "$modules" ] || [ -e "$modules/modules.dep.bb" ] || depmod

is_in_kernel() {
  [ -e "/sys/module/$1" ] && return 0
  grep -qw "$1" /proc/filesystems && return 0
  [ -r "$modules/modules.builtin" ] && tr - _ <"$modules/modules.builtin" | grep -q "/$1\\.ko\\$"
}

load_module() {
  local name="$1" error
  [ -e /proc/modules ] || return 0 # A kernel without modules.
  is_in_kernel "$2" && return 0
  if [ ! -d "$modules" ]; then
    say "module $name: not loaded, as there is no $modules for this kernel"
  else
    error=$(modprobe "$name" 2>&1) || say "module $name: not loaded: $error"
  fi
}
`;

const FIND_DEVICE = `# Sets device. The kernel tells a partition's name in its uevent.
find_partition() {
  local uevent line name
  for uevent in /sys/class/block/*/uevent; do
    [ -r "$uevent" ] || continue
    name=''
    while IFS= read -r line; do
      case $line in DEVNAME=*) name=\${line#*=} ;; esac
      [ "$line" = "PARTNAME=$1" ] && device=/dev/$name
    done <"$uevent"
    [ -n "$device" ] && return 0
  done
  return 1
}

find_device() {
  device=''
  is_mounted /dev || mdev -s 2>/dev/null # A kernel without devtmpfs.
  case $root in
    LABEL=* | UUID=*) device=$(findfs "$root" 2>/dev/null) ;;
    PARTLABEL=*) find_partition "\${root#*=}" ;;
    *) device=$root ;;
  esac
  [ -b "$device" ]
}

not_found() {
  case $root in
    LABEL=*) echo "no block device has that label" ;;
    UUID=*) echo "no block device has that UUID" ;;
    PARTLABEL=*) echo "no partition has that name" ;;
    *) echo "there is no such block device" ;;
  esac
}

seconds_since_boot() {
  local seconds
  read -r seconds _ </proc/uptime
  echo "\${seconds%%.*}"
}

# Drivers go on looking for devices after this script has begun.
wait_for_device() {
  local began told=''
  sleep "$delay"
  delay=0
  began=$(seconds_since_boot)
  until find_device; do
    if [ "$limit" != forever ] && [ $(($(seconds_since_boot) - began)) -ge "$limit" ]; then
      fail "root=$root: $(not_found)"
      return
    fi
    [ -n "$told" ] || say "waiting for root=$root"
    told=yes
    sleep 0.1 2>/dev/null || sleep 1
  done
}
`;

const MOUNT_ROOT = `# Sets device and mounts it; what was mounted by hand in the rescue shell is taken.
mount_root() {
  local error options="$mode"
  if is_mounted /${NEW_ROOT}; then
    device=/${NEW_ROOT}
    return 0
  fi
  check_command_line && wait_for_device || return
  [ -z "$rootflags" ] || options=$options,$rootflags
  [ -z "$rootfstype" ] || set -- -t "$rootfstype"
  error=$(mount -o "$options" "$@" "$device" /${NEW_ROOT} 2>&1) ||
    fail "root=$root: $device cannot be mounted$([ -z "$rootfstype" ] || echo " as $rootfstype") ($options): $error"
}
`;

const FIND_INIT = `# Links are followed by hand: an absolute one would lead into this file system and not into the root.
is_program() {
  local rest="$1" place='' part links=0
  while [ -n "$rest" ]; do
    part=\${rest%%/*}
    case $rest in */*) rest=\${rest#*/} ;; *) rest='' ;; esac
    case $part in
      '' | .) continue ;;
      ..)
        place=\${place%/*}
        continue
        ;;
    esac
    place=$place/$part
    [ -L "/${NEW_ROOT}$place" ] || continue
    links=$((links + 1))
    [ "$links" -le 40 ] || return 1
    rest=$(readlink "/${NEW_ROOT}$place")/$rest
    case $rest in /*) place='' ;; *) place=\${place%/*} ;; esac
  done
  [ -f "/${NEW_ROOT}$place" ] && [ -x "/${NEW_ROOT}$place" ]
}

# Sets program.
find_init() {
  if [ -n "$init" ]; then
    program=$init
    is_program "$program" || fail "init=$init: the root ($device) has no such executable file"
    return
  fi
  for program in /sbin/init /etc/init /bin/init /bin/sh; do
    is_program "$program" && return 0
  done
  fail "the root ($device) has no executable /sbin/init, /etc/init, /bin/init or /bin/sh"
}
`;

/** A failing switch_root would end the first process, which is a panic: everything that can be is checked before. */
const HAND_OVER = `# Returns only when something failed. /proc goes last: it says what is mounted.
hand_over() {
  local place
  mount_root && find_init || return
  [ -n "$quiet" ] || say "the root is $device, starting $program"
  for place in /dev /sys /proc; do
    is_mounted "$place" || continue
    mount --move "$place" "/${NEW_ROOT}$place" || say "the root needs a directory $place"
  done
  exec switch_root /${NEW_ROOT} "$program" "$@"
}
`;

const RESCUE = `rescue() {
  local devices
  say "$problem"
  devices=$(cat /proc/partitions 2>/dev/null)
  if [ -n "$devices" ]; then
    say 'the block devices that the kernel sees, and what is on them:'
    echo "$devices"
    blkid
    grep -H '^PARTNAME=' /sys/class/block/*/uevent 2>/dev/null
  else
    say 'the kernel sees no block device: is the driver of the disk in the kernel, or among the modules?'
  fi
  say 'This is a rescue shell. Correct root= on the command line and boot again, or mount the root on /${NEW_ROOT};'
  say '"exit" tries again.'
  console_shell || sleep 1
}
`;

/** The main loop of /init. It passes on the arguments that the kernel gives to init. */
const MAIN = `while :; do
  hand_over "$@"
  rescue
done
`;

/**
 * A /init for BusyBox that finds the root by the kernel's command line (`root=`, `rootfstype=`, `rootflags=`, `ro`,
 * `rw`, `rootwait`, `rootdelay=`, `init=`), mounts it and starts its init. A failure is reported on
 * the console, and a rescue shell starts. When the shell ends, /init tries again.
 */
export function formatSwitchRootInit({ console, modules, startup }: InitOptions): string {
  const loads = modules.map((name) => `load_module ${name} ${name.replaceAll('-', '_')}\n`).join('');
  return script([
    MESSAGES,
    COMMAND_LINE,
    KERNEL_FILE_SYSTEMS,
    ...(modules.length > 0 ? [MODULES, loads] : []),
    ...startupPart(startup),
    FIND_DEVICE,
    MOUNT_ROOT,
    FIND_INIT,
    HAND_OVER,
    consoleShell(console),
    RESCUE,
    MAIN,
  ]);
}
