module.exports = { ...require('../../jest.preset.js'), displayName: 'create-bringup', rootDir: __dirname };
