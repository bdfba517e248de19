const { readdirSync, existsSync } = require('node:fs');

module.exports = {
  projects: readdirSync(`${__dirname}/packages`)
    .filter((name) => name !== 'e2e' && existsSync(`${__dirname}/packages/${name}/jest.config.js`))
    .map((name) => `<rootDir>/packages/${name}`),
};
