/**
 * Gives the unit tests a temporary directory of their own, and takes it away with all that they left in it. Before
 * Jest's workers start: inside a test `process.env` is a copy, which `os.tmpdir()` does not read.
 */
const { chmodSync, mkdtempSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

module.exports = async () => {
  process.env.TMPDIR = globalThis.bringupSpecs = mkdtempSync(join(tmpdir(), 'bringup-spec-'));
  chmodSync(process.env.TMPDIR, 0o755); // Some tests are another user for a while.
};
