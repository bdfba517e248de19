/**
 * Skipped tests that do not fail CI: those that this machine or user cannot run. The reason is a phrase in the title
 * of the test or of its group, and counts only if a probe of this machine confirms it. jest.abilities.ts skips by it.
 */
import { spawnSync } from 'node:child_process';

const isRoot = () => process.getuid?.() === 0;
const succeeds = (...[program, ...args]) => spawnSync(program, args, { cwd: '/' }).status === 0;

/** @typedef {{ phrase: string, holds: () => boolean }} Reason */

/** @type {readonly Reason[]} */
export const REASONS = [
  { phrase: 'skipped unless run by root', holds: () => !isRoot() },
  {
    phrase: 'skipped unless root can mount',
    holds: () => !(isRoot() && succeeds('unshare', '--mount', 'mount', '-t', 'tmpfs', 'none', '/mnt')),
  },
  {
    phrase: 'skipped unless root can make network interfaces',
    holds: () =>
      !(isRoot() && succeeds('unshare', '--net', 'ip', 'tuntap', 'add', 'dev', 'tap0', 'mode', 'tap')),
  },
  {
    phrase: 'skipped without user namespaces',
    holds: () => !succeeds('unshare', '--user', '--map-root-user', '--mount', 'true'),
  },
  { phrase: 'skipped unless on x86_64', holds: () => process.arch !== 'x64' },
];

/**
 * Finds the skipped tests that nothing about this machine excuses.
 *
 * @param {{ testResults: { name: string, assertionResults: { status: string, fullName: string }[] }[] }} results what
 *   `jest --json` writes; each `name` is the path of a test file
 * @param {readonly Reason[]} reasons
 * @returns {string[]} `FILE: full name of the test`, in the order of the results; `test.todo` is among them
 */
export function unacceptedSkips(results, reasons = REASONS) {
  const probed = new Map();
  const holds = (reason) => {
    if (!probed.has(reason)) probed.set(reason, reason.holds());
    return probed.get(reason);
  };
  return results.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => ['pending', 'skipped', 'disabled', 'todo'].includes(status))
      .filter(({ fullName }) => !reasons.some((reason) => fullName.includes(reason.phrase) && holds(reason)))
      .map(({ fullName }) => `${name}: ${fullName}`),
  );
}
