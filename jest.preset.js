/**
 * The settings that every package's jest.config.js spreads. TypeScript is compiled by swc. Workspace packages are loaded from
 * their sources, so a unit run never tests a stale build. execa and its dependencies are ESM only and are transformed, because
 * Jest's module loader cannot require() ES modules.
 */
const esmOnly = [
  'execa',
  'is-stream',
  'get-stream',
  'npm-run-path',
  'path-key',
  'unicorn-magic',
  'pretty-ms',
  'parse-ms',
  'strip-final-newline',
  'human-signals',
  'figures',
  'is-plain-obj',
  'is-unicode-supported',
  'yoctocolors',
  'signal-exit',
  '@sindresorhus/merge-streams',
  '@sec-ant/readable-stream',
];

module.exports = {
  testEnvironment: 'node',
  globalSetup: `${__dirname}/jest.setup.js`,
  globalTeardown: `${__dirname}/jest.teardown.js`,
  testMatch: ['<rootDir>/src/**/*.spec.ts'],
  moduleFileExtensions: ['ts', 'js', 'json'],
  moduleNameMapper: {
    '^@bringup/([a-z-]+)$': `${__dirname}/packages/$1/src/index.ts`,
    '^@bringup/([a-z-]+)/(graph|identity)$': `${__dirname}/packages/$1/src/$2.ts`,
    '^(\\.{1,2}/.*)\\.js$': '$1',
    // Its exports map has no entry for require(), which is how Jest loads everything.
    '^unicorn-magic$': `${__dirname}/node_modules/unicorn-magic/node.js`,
  },
  transform: {
    '^.+\\.[tj]s$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
  transformIgnorePatterns: [`/node_modules/(?!(${esmOnly.join('|')})/)`],
};
