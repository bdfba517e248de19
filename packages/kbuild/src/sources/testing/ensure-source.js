// ensureSource in a process of its own, from the TypeScript sources, to be killed or run as somebody else:
// node ensure-source.js '{"spec": …, "locked": …, "home": …}'; prints {"tree": …} or {"code": …, "message": …}.
'use strict';
const Module = require('node:module');
const { existsSync, readFileSync } = require('node:fs');
const { dirname, join } = require('node:path');
const { transformSync } = require('@swc/core');

const packages = join(__dirname, '..', '..', '..', '..');
const options = { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } };
Module._extensions['.ts'] = (module, filename) =>
  module._compile(
    transformSync(readFileSync(filename, 'utf8'), { ...options, filename, swcrc: false }).code,
    filename,
  );
const resolveFilename = Module._resolveFilename;
Module._resolveFilename = function (request, parent, ...rest) {
  const own = /^@bringup\/([a-z-]+)$/.exec(request);
  if (own) return join(packages, own[1], 'src', 'index.ts');
  if (/^\..*\.js$/.test(request) && parent?.filename?.endsWith('.ts')) {
    const source = join(dirname(parent.filename), request.replace(/\.js$/, '.ts'));
    if (existsSync(source)) return source;
  }
  return resolveFilename.call(this, request, parent, ...rest);
};

const { ensureSource } = require('../sources.ts');
const { spec, locked, ...context } = JSON.parse(process.argv[2]);
const say = (value) => console.log(JSON.stringify(value));
ensureSource(spec, locked, { ...context, onWait: () => say({ waiting: true }) }).then(
  (tree) => say({ tree }),
  (error) => say({ code: error.code, message: error.message }),
);
