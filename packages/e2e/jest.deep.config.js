/** `npm run test:deep`: what takes longer than CI may. */
module.exports = {
  ...require('./jest.config.js'),
  displayName: 'deep',
  testMatch: ['<rootDir>/src/**/*.deep.ts'],
  testTimeout: 3_600_000,
};
