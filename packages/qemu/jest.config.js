module.exports = { ...require('../../jest.preset.js'), displayName: 'qemu', rootDir: __dirname };
