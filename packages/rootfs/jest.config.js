module.exports = { ...require('../../jest.preset.js'), displayName: 'rootfs', rootDir: __dirname };
