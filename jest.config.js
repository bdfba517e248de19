const { readdirSync, existsSync } = require('node:fs');

module.exports = {
  // The limit ends a test that hangs. On two CPUs that forty processes share, a test of one second takes a minute.
  testTimeout: 300_000,
  projects: readdirSync(`${__dirname}/packages`)
    .filter((name) => name !== 'e2e' && existsSync(`${__dirname}/packages/${name}/jest.config.js`))
    .map((name) => `<rootDir>/packages/${name}`),
};
