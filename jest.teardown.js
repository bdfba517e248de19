/** Takes away what jest.setup.js gave. */
const { spawnSync } = require('node:child_process');
const { rmSync } = require('node:fs');

module.exports = async () => {
  spawnSync('chmod', ['-R', 'u+rwx', globalThis.bringupSpecs]); // Source trees are made read-only.
  rmSync(globalThis.bringupSpecs, { recursive: true, force: true });
};
