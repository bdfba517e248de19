const { testMatch } = require('./jest.demo.config.js');

/** The lane of tests that make workspaces of their own: all that the other lane does not have. */
module.exports = {
  ...require('./jest.config.js'),
  displayName: 'e2e-workspaces',
  testPathIgnorePatterns: testMatch,
};
