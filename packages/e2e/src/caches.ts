import { spawnSync } from 'node:child_process';
import { homedir } from 'node:os';
import { bringupHome, ccacheDirectory } from '@bringup/kbuild';

/** A user without any privilege, for tests that run as root: Debian's nobody. */
export const NOBODY = 65534;

/** The store and the ccache of the user who runs the tests, for an environment made from scratch. */
export function ownCaches(): { BRINGUP_HOME: string; CCACHE_DIR: string } {
  return { BRINGUP_HOME: bringupHome(), CCACHE_DIR: ccacheDirectory(process.env, homedir()) };
}

/** The start of an argv that runs a program as a user without any privilege. */
export function withoutPrivilege(uid: number): string[] {
  return ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', '--no-new-privs'];
}

/** A tree that the user fetched earlier stays, for a build may be using it. The store cannot replace a dangling link. */
const TAKE_OVER = `
set -eu
mkdir -p "$1/.cache/bringup/sources" "$1/.cache/ccache"
cd "$1/.cache/bringup/sources"
for link in *; do [ -e "$link" ] || rm -f "$link"; done
for tree in "$2"/sources/*; do
  if [ -r "$tree/Makefile" ] && [ ! -e "\${tree##*/}" ]; then ln -s "$tree" . || true; fi
done
if [ -r "$3" ]; then cp --recursive --update --preserve=timestamps --reflink=auto "$3/." "$1/.cache/ccache" || true; fi
`;

/**
 * Gives a user's home links to the source trees of the user who runs the tests, and a copy of the objects in ccache.
 * The owner of the home creates them, so that root follows no link there. If another test removes an object meanwhile,
 * it is compiled again.
 */
export function takeOverCaches(home: string, uid: number | undefined, caches = ownCaches()): void {
  const become = uid === undefined ? [] : withoutPrivilege(uid);
  const argv = [...become, 'sh', '-c', TAKE_OVER, 'sh', home, caches.BRINGUP_HOME, caches.CCACHE_DIR];
  const { status, stderr } = spawnSync(argv[0]!, argv.slice(1), { encoding: 'utf8' });
  if (status !== 0)
    throw new Error(`${home} cannot be prepared for user ${uid ?? process.getuid!()}: ${stderr}`);
}
