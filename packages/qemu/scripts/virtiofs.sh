#!/bin/sh
# Starts a virtiofsd for each directory that a guest is to share, then becomes QEMU.
#
#   virtiofs.sh RUN_DIRECTORY VIRTIOFSD (NAME ro|rw DIRECTORY)… -- QEMU ARGUMENT…
#
# Each listens on RUN_DIRECTORY/NAME and says what it has to say in RUN_DIRECTORY/NAME.log. It runs as root of a user namespace
# (user_namespaces(7)), so that nobody has to be root, and sees the directory by a mount of its own, which is how one is made
# read-only. The kernel ends it when this process ends, which by then is QEMU (prctl(2), PR_SET_PDEATHSIG).
set -u
run=$1 virtiofsd=$2
shift 2
mkdir -p "$run" && cd "$run" || exit 1

# Runs in the namespace. QEMU's own virtiofsd (version 7.2) keeps a pid file below /run, which is root's: it gets another
# /run, and the directory there, by an absolute name as it wants one. This run's directory, and what is shared, may lie below
# the /run that is hidden then: so the socket's name is relative, and the first mount is made before.
serve='
  mount --bind -- "$4" "$2.root" && mount -t tmpfs none /run && mkdir /run/virtiofsd /run/shared || exit
  mount --no-canonicalize --bind -- "$2.root" /run/shared || exit
  if [ "$3" = ro ]; then mount -o remount,bind,ro /run/shared || exit; fi
  exec setpriv --pdeathsig KILL -- "$1" --socket-path="$2" -o source=/run/shared
'
while [ "$1" != -- ]; do
  name=$1 access=$2 directory=$3
  shift 3
  rm -f "$name"
  mkdir -p "$name.root"
  unshare --user --map-root-user --mount --propagation private -- \
    sh -c "$serve" sh "$virtiofsd" "$name" "$access" "$directory" >"$name.log" 2>&1 </dev/null &
  while ! [ -S "$name" ]; do
    if ! kill -0 $! 2>/dev/null; then
      echo "virtiofsd cannot share $directory:" >&2
      cat "$name.log" >&2
      exit 1
    fi
    sleep 0.02
  done
done
shift
exec "$@"
