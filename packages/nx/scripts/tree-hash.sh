#!/bin/sh
# Prints one hash for Nx's `runtime` inputs: of files and directories as an image would take them.
#
#   tree-hash.sh PATH…    relative to the workspace root, where Nx starts it
#
# Names, kinds, targets of symlinks, contents, and whether the owner may execute a file; no times, no other permissions. A
# PATH that is itself a symlink is followed. A file that is missing or cannot be read has no line: the executor reports it.
# A shell script, because each nx command waits for it, and Node takes longer to start than this to run.
LC_ALL=C
export LC_ALL
{
  find -H "$@" \( -perm -0100 -printf 'x' -o -printf '-' \) -printf '%y %p -> %l\0' | sort -z
  find -H "$@" -type f -print0 | sort -z | xargs -0 -r b2sum --
} 2>/dev/null | sha256sum
