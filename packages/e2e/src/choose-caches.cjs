/**
 * Sources and compiled objects of the tests. All tests share them, because ccache finds an object only for the same
 * path of the source.
 *
 * A user's tests use that user's own store and ccache. Root's tests have their own in /var/tmp, since some become
 * nobody, who can read nothing below /root. Everybody may read those, and only root writes them. That user has links to
 * root's source trees and a copy of root's objects, so root never reads files that nobody wrote.
 *
 * CommonJS, because tools/test.mjs and Jest's configuration load it without compiling it.
 */
const { chmodSync, lchownSync, lstatSync, mkdirSync } = require('node:fs');
const { join } = require('node:path');

/** Jest's `globalSetup`: chooses the store and the ccache of root's tests, where the environment names none. */
function chooseCaches() {
  if (process.getuid() !== 0) return;
  const base = lastingDirectory(0);
  const store = join(base, 'store');
  for (const path of [base, store, join(store, 'sources')]) {
    mkdirSync(path, { recursive: true });
    chmodSync(path, 0o755); // Whatever the umask is.
  }
  process.env.BRINGUP_HOME ??= store;
  process.env.CCACHE_DIR ??= join(base, 'ccache');
}

/**
 * A directory of a user's tests that stays from run to run.
 *
 * @throws Error when it is somebody else's, or others may write to it: anybody may make a directory in /var/tmp
 */
function lastingDirectory(uid, path = `/var/tmp/bringup-tests-${uid}`) {
  mkdirSync(path, { recursive: true, mode: 0o755 });
  const stat = lstatSync(path);
  if (!stat.isDirectory() || ![process.getuid(), uid].includes(stat.uid) || (stat.mode & 0o022) !== 0)
    throw new Error(
      `${path} is not a directory that only user ${uid} may write to. Remove it, and run the tests again.`,
    );
  if (stat.uid !== uid) lchownSync(path, uid, uid);
  return path;
}

module.exports = chooseCaches;
module.exports.lastingDirectory = lastingDirectory;
