module.exports = { ...require('../../jest.preset.js'), displayName: 'gdb', rootDir: __dirname };
