// @ts-check
// Takes a lock in a process of its own. Arguments: the lock's path, and a shell script to run under it, or nothing.
// Says "waiting for …" and "held" on stdout, and releases the lock when stdin ends.
const { withLock, runProgram } = require('../../dist/index.js');

const [path = '', script] = process.argv.slice(2);
const purpose = 'testing locks';

withLock(path, { purpose, onWait: (message) => console.log(message) }, async () => {
  const program = script === undefined ? undefined : runProgram(['sh', '-c', script]);
  console.log('held');
  await new Promise((resolve) => process.stdin.resume().once('end', resolve));
  await program;
});
