module.exports = { ...require('../../jest.preset.js'), displayName: 'kbuild', rootDir: __dirname };
