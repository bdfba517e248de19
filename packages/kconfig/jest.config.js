module.exports = { ...require('../../jest.preset.js'), displayName: 'kconfig', rootDir: __dirname };
