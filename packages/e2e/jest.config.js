/** Run by tools/test.mjs after the plugin was built: these tests start the real nx in workspaces of their own. */
const preset = require('../../jest.preset.js');
module.exports = {
  ...preset,
  displayName: 'e2e',
  rootDir: __dirname,
  testMatch: ['<rootDir>/src/**/*.e2e.ts'],
  // Workspaces here are also entered by another user and outlive what is killed: each test removes its own.
  globalSetup: '<rootDir>/src/choose-caches.cjs',
  globalTeardown: undefined,
  testTimeout: 120_000,
};
