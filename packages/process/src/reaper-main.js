// @ts-check
/**
 * The reaper: a side process that outlives its parent by a moment. It reads JSON lines on stdin,
 * {"add"|"drop": "group"|"directory", "value": …}, and when stdin ends, which happens however the parent
 * dies, SIGKILL included, it kills the process groups and removes the directories that are still listed.
 * Plain JavaScript, so that it can be started from the sources (tests) and from the build alike.
 */
'use strict';
const { rmSync } = require('node:fs');
const { createInterface } = require('node:readline');

/** @type {{ group: Set<number>, directory: Set<string> }} */
const owned = { group: new Set(), directory: new Set() };

// The terminal's Ctrl-C goes to the parent, which decides; its death is the only order taken here.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});

/** @param {number} group */
function killGroup(group) {
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    // The group has ended by itself.
  }
}

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const { add, drop, value } = JSON.parse(line);
    if (add) owned[/** @type {'group'} */ (add)].add(value);
    if (drop) owned[/** @type {'group'} */ (drop)].delete(value);
  })
  .on('close', () => {
    owned.group.forEach(killGroup);
    // A killed process may still hold its directory for an instant, hence the retries.
    owned.directory.forEach((directory) =>
      rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }),
    );
    process.exit(0);
  });
