/**
 * A npm registry on the loopback: `node registry-main.cjs CONFIGURATION`, a file of Verdaccio's as JSON. Prints its port,
 * and ends when its stdin does, so that it does not outlive the test.
 */
const { readFileSync } = require('node:fs');
const { runServer } = require('verdaccio');

process.stdin.on('end', () => process.exit(0)).resume();
runServer(JSON.parse(readFileSync(process.argv[2], 'utf8'))).then((server) => {
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));
});
