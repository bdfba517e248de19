/**
 * Shell functions that read the kernel's command line as the kernel itself splits it (lib/cmdline.c: next_arg): at
 * blanks outside of double quotes. A value stays a value: it is only ever assigned and expanded in quotes, so the
 * shell never reads it. The last word of a kind wins, as in the kernel.
 */
export const COMMAND_LINE = `root='' rootfstype='' rootflags='' mode=ro init='' delay=0 limit=10 quiet=''

take_word() {
  case $1 in
    root=*) root=\${1#*=} ;;
    rootfstype=*) rootfstype=\${1#*=} ;;
    rootflags=*) rootflags=\${1#*=} ;;
    rootdelay=*) delay=\${1#*=} ;;
    rootwait) limit=forever ;;
    rootwait=*) limit=\${1#*=} ;;
    init=*) init=\${1#*=} ;;
    ro | rw) mode=$1 ;;
    quiet) quiet=yes ;;
    --) return 1 ;; # What follows is for init; the kernel made it arguments of this script.
  esac
}

# Blanks within double quotes belong to a word, the quotes do not.
read_command_line() {
  local rest="$1" word piece
  while :; do
    while :; do
      case $rest in [[:space:]]*) rest=\${rest#?} ;; *) break ;; esac
    done
    [ -n "$rest" ] || return 0
    word=''
    while :; do
      piece=\${rest%%[[:space:]\\"]*}
      word=$word$piece
      rest=\${rest#"$piece"}
      case $rest in \\"*) ;; *) break ;; esac
      rest=\${rest#?}
      piece=\${rest%%\\"*}
      word=$word$piece
      rest=\${rest#"$piece"}
      rest=\${rest#\\"}
    done
    take_word "$word" || return 0
  done
}

is_number() {
  case $1 in '' | *[!0-9]*) return 1 ;; esac
}

check_command_line() {
  [ -r /proc/cmdline ] || { fail "the kernel's command line cannot be read: /proc is not mounted"; return; }
  is_number "$delay" || { fail "rootdelay=$delay: not a number of seconds"; return; }
  [ "$limit" = forever ] || is_number "$limit" || { fail "rootwait=$limit: not a number of seconds"; return; }
  case $root in
    '') fail "there is no root= on the kernel's command line" ;;
    LABEL=?* | UUID=?* | PARTLABEL=?* | /dev/?*) ;;
    *) fail "root=$root: give LABEL=NAME, UUID=ID, PARTLABEL=NAME or /dev/NAME" ;;
  esac
}
`;
