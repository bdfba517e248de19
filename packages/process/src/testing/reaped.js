// @ts-check
// Owns a sleeping program and a directory, says which on stdout, and answers each line of stdin with "here".
const { createInterface } = require('node:readline');
const { startProgram, withTemporaryDirectory } = require('../../dist/index.js');

void withTemporaryDirectory('reaped', async (directory) => {
  const { pid, exited } = await startProgram(['sleep', '600']);
  console.log(JSON.stringify({ pid, directory }));
  createInterface({ input: process.stdin }).on('line', () => console.log('here'));
  await exited;
});
