// @ts-check
/**
 * The keeper: the parent of a program that outlives its starter. Arguments: a directory, how many descriptors
 * from 3 on the program inherits, then the program's argv. It says {"pid": N} or {"error": TEXT} on stdout. The program is ended and the directory removed when stdin
 * ends before the line "keep" came; after that line, the directory is removed when the program has ended by itself.
 * Plain JavaScript, so that it can be started from the sources (tests) and from the build alike.
 */
'use strict';
const { spawn } = require('node:child_process');
const { closeSync, rmSync, writeSync } = require('node:fs');
const { createInterface } = require('node:readline');

const [directory, descriptors, program, ...args] = process.argv.slice(2);
const inherited = Array.from({ length: Number(descriptors) }, (_, index) => 3 + index);
// stderr is a file that the starter opened; stdout is only for the first word.
const child = spawn(/** @type {string} */ (program), args, { stdio: ['ignore', 'ignore', 2, ...inherited] });
let kept = false;

/** @param {object} message */
function say(message) {
  try {
    writeSync(1, `${JSON.stringify(message)}\n`);
    closeSync(1);
  } catch {
    // The starter has died: the end of stdin says so too.
  }
}

function leave() {
  rmSync(/** @type {string} */ (directory), { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  process.exit(0);
}

child.on('spawn', () => say({ pid: child.pid }));
child.on('error', (error) => {
  say({ error: error.message });
  leave();
});
child.on('exit', leave);
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
  process.on(signal, () => child.kill('SIGTERM'));

createInterface({ input: process.stdin })
  .on('line', (line) => {
    kept ||= line === 'keep';
  })
  .on('close', () => {
    if (!kept) child.kill('SIGKILL');
  });
