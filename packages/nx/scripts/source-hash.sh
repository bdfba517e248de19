#!/bin/sh
# Prints the hash of a source directory's files, for Nx's `runtime` inputs.
#
#   source-hash.sh PROGRAM PART PATH [CONFIG…]    see src/hash/main.ts
#
# Nothing goes to stderr, which Nx hashes as well: Node may warn.
LC_ALL=C
export LC_ALL
unset CDPATH
main=$(dirname -- "$0")/../dist/hash/main.js

# The hash of what conf reads was kept, and nothing has changed: keepAnswer of kbuild wrote the file.
kept() {
  home=${BRINGUP_HOME:-${XDG_CACHE_HOME:-${HOME-}/.cache}/bringup}
  directory=$(cd -P . && cd -L -- "$2" && pwd -L) || return
  name=$(printf %s "$directory" | sha256sum)
  answer=$home/trees/${name%"${name#????????????????????????????????}"}/$1-config
  [ -f "$answer" ] || return
  {
    read -r hash
    read -r sum
    facts='%s %.9Y %.9Z %i %f %d\n'
    now=$({ stat --printf="$facts" -- "$main" && xargs -0 stat --printf="$facts" --; } | sha256sum)
    [ "${now%% *}" = "$sum" ] && echo "$hash"
  } <"$answer"
}
if [ "$2" = config ] && kept "$1" "$3" 2>/dev/null; then exit; fi

# git reads the times of all tracked files while Node starts; both take about as long. The program asks again itself where this
# answer cannot be used: no work tree, or an index that was written since.
now=$(date +%s%3N)
{
  env -i PATH="$PATH" LC_ALL=C GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null GIT_ATTR_NOSYSTEM=1 \
    GIT_OPTIONAL_LOCKS=0 GIT_TERMINAL_PROMPT=0 \
    git -C "$3" -c safe.directory=* -c core.fsmonitor=false -c core.quotePath=false \
    -c core.fileMode=true -c core.symlinks=true -c core.ignoreCase=false \
    -c core.trustctime=true -c core.checkStat=default \
    diff-files --raw --no-abbrev -z --relative --no-ext-diff --ignore-submodules=all -- . && printf whole
} 2>/dev/null | node "$main" "$now" "$@" 2>/dev/null
