/** Gives each test file a temporary directory of its own, and takes it away with all that the tests left in it. */
const { spawnSync } = require('node:child_process');
const { mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

const directory = mkdtempSync(join(tmpdir(), 'bringup-spec-'));
process.env.TMPDIR = directory;

afterAll(() => {
  spawnSync('chmod', ['-R', 'u+rwx', directory]); // Source trees are made read-only.
  rmSync(directory, { recursive: true, force: true });
});
