// @ts-check
/**
 * The reaper: a side process that outlives its parent by a moment. It reads JSON lines on stdin,
 * {"add"|"drop": "group"|"directory"|"terminal", "value": …}, and when stdin ends, which happens however the parent
 * dies, SIGKILL included, it kills the process groups, removes the directories and restores the terminals that are
 * still listed.
 * Plain JavaScript, so that it can be started from the sources (tests) and from the build alike.
 */
'use strict';
const { spawnSync } = require('node:child_process');
const { rmSync, writeFileSync } = require('node:fs');
const { createInterface } = require('node:readline');

/** @type {{ group: Set<number>, directory: Set<string>, terminal: Set<string> }} */
const owned = { group: new Set(), directory: new Set(), terminal: new Set() };

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

/**
 * Only while Ctrl-C is off there, as QEMU leaves it and no shell does: a shell that has its terminal back may have restored
 * it, and be editing a line.
 *
 * @param {string} terminal JSON of [path, settings as of `stty -g`, escape sequences]
 */
function restoreTerminal(terminal) {
  const [path, settings, reset] = JSON.parse(terminal);
  /** @param {string} argument */
  const stty = (argument) => spawnSync('stty', ['--file', path, argument], { encoding: 'utf8' });
  if (!/(^|\s)-isig\b/.test(stty('--all').stdout ?? '')) return;
  stty(settings);
  try {
    writeFileSync(path, reset);
  } catch {
    // The terminal was closed.
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
    owned.terminal.forEach(restoreTerminal);
    // A killed process may still hold its directory for an instant, hence the retries.
    owned.directory.forEach((directory) =>
      rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }),
    );
    process.exit(0);
  });
