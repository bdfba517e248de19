// ensureSource in a process of its own, to be killed or run as another user. It is copied to where buildPackages() has
// built the packages: node ensure-source.js '{"spec": …, "locked": …, "home": …}' prints {"tree": …} or
// {"code": …, "message": …}.
'use strict';
const { ensureSource } = require('@bringup/kbuild');

const { spec, locked, ...context } = JSON.parse(process.argv[2]);
const say = (value) => console.log(JSON.stringify(value));
ensureSource(spec, locked, { ...context, onWait: () => say({ waiting: true }) }).then(
  (tree) => say({ tree }),
  (error) => say({ code: error.code, message: error.message }),
);
