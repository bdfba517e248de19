module.exports = { ...require('../../jest.preset.js'), displayName: 'disk', rootDir: __dirname };
