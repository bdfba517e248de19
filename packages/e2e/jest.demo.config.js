/** The lane of tests that work in this repository: they share its outputs, so one runs at a time. */
module.exports = {
  ...require('./jest.config.js'),
  displayName: 'e2e-demo',
  testMatch: [
    ...['busybox', 'console', 'debug', 'demo', 'doctor', 'editors', 'fit', 'guides', 'machine-options'],
    ...['programs', 'switch-root'],
  ].map((name) => `<rootDir>/src/${name}.e2e.ts`),
};
