/**
 * Gives the unit tests a temporary directory of their own, and takes it away with all that they left in it. Before
 * Jest's workers start: inside a test `process.env` is a copy, which `os.tmpdir()` does not read.
 */
const { spawnSync } = require('node:child_process');
const { chmodSync, mkdtempSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

/** Root's tests run programs as the user nobody, who must reach their files: so TMPDIR is open to other users. */
function commonDirectory() {
  if (process.getuid() !== 0) return tmpdir();
  const asNobody = ['--reuid=65534', '--regid=65534', '--clear-groups', 'test', '-x'];
  const isOpen = (path) => spawnSync('setpriv', [...asNobody, path], { cwd: '/' }).status === 0;
  const found = [tmpdir(), '/tmp', '/var/tmp'].find(isOpen);
  if (found === undefined)
    throw new Error(`${tmpdir()}, /tmp and /var/tmp are closed to nobody. Run chmod 1777 /tmp`);
  return found;
}

module.exports = async () => {
  process.env.TMPDIR = globalThis.bringupSpecs = mkdtempSync(join(commonDirectory(), 'bringup-spec-'));
  chmodSync(process.env.TMPDIR, 0o755); // mkdtemp makes it 0700.
};
