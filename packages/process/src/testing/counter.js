// @ts-check
// Increments the number in a file several times, each time under the lock; slowly, so that two at once would lose an increment.
const { readFileSync, writeFileSync } = require('node:fs');
const { setTimeout: sleep } = require('node:timers/promises');
const { withLock } = require('../../dist/index.js');

const [path = '', file = '', times] = process.argv.slice(2);

async function main() {
  for (let round = 0; round < Number(times); round += 1)
    await withLock(path, { purpose: 'counting' }, async () => {
      const count = Number(readFileSync(file, 'utf8'));
      await sleep(5);
      writeFileSync(file, String(count + 1));
    });
}

void main();
