#!/bin/sh
# Prints the entries of a project in bringup.lock, for Nx's `runtime` inputs.
#
#   lock-state.sh DIRECTORY FILE…    the project's, and its entries' files, relative to the workspace root, where Nx starts it
#
# The entries are read here, and not named as files: Nx lists the workspace's files once, before any task runs, and the first
# task may write some. dist/hash/lock-state.js locks tools that have no entry yet, and, in a frozen run (see isFrozen), prints where
# this host differs from the lock. Most commands need neither, and Node takes longer to start than this script to run.
case ${BRINGUP_FROZEN-${CI-}} in
  '' | 0 | false) frozen= ;;
  *) frozen=1 ;;
esac
directory=$1
shift
for file do
  [ -f "$file" ] || missing=1
done
if [ -z "$frozen$missing" ]; then
  cat -- "$@"
else
  # Nx would take a failure for an answer that is always the same.
  node "$(dirname -- "$0")/../dist/hash/lock-state.js" "$directory" "$@" || cat /proc/sys/kernel/random/uuid
fi
