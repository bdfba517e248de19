/**
 * How a process and its descendants spend their time, from samples of /proc (proc(5)) a few times a second. It shows which
 * kind of work ran, not how much CPU it took: a compiler that waits for the other lane's compiler is still compiling.
 */
import { readdirSync, readFileSync } from 'node:fs';

/** @typedef {'compiling' | 'booting' | 'nx' | 'tests' | 'waiting'} Kind */
export const KINDS = /** @type {const} */ (['compiling', 'booting', 'nx', 'tests', 'waiting']);

const INTERVAL_MS = 250;
/** Below this share of one CPU the whole tree counts as waiting. */
const IDLE_SHARE = 0.08;
/** proc(5) counts in these; Linux has 100 of them a second on every architecture (USER_HZ). */
const TICKS_PER_SECOND = 100;

/** Names in the kernel's form: at most 15 characters. */
const COMPILERS =
  /^(make|cc1|cc1plus|as|ld|ld\.\w+|lld|collect2|ccache|rustc|conf|mconf|modpost|fixdep|depmod|dtc|clang.*|.*-gcc.*|gcc.*|x86_64-linux-gn|aarch64-linux-g)$/;
const EMULATORS = /^qemu-system/;
const NX = /\/nx\/dist\/(bin\/|src\/tasks-runner\/)/;

/** The fields of /proc/PID/stat that are needed, or undefined when the process has ended. */
function readProcess(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const end = stat.lastIndexOf(')');
    const fields = stat.slice(end + 2).split(' ');
    return {
      pid,
      name: stat.slice(stat.indexOf('(') + 1, end),
      parent: Number(fields[1]),
      // utime, stime, and those of waited-for children, so that no time is lost when one ends.
      ticks: fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0),
    };
  } catch {
    return undefined;
  }
}

/** The process and all its descendants. */
function readTree(rootPid) {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => readProcess(Number(name)))
    .filter((found) => found !== undefined);
  const tree = all.filter(({ pid }) => pid === rootPid);
  for (let index = 0; index < tree.length; index += 1)
    tree.push(...all.filter(({ parent }) => parent === tree[index].pid));
  return tree;
}

function isNx(pid) {
  try {
    return NX.test(readFileSync(`/proc/${pid}/cmdline`, 'latin1'));
  } catch {
    return false;
  }
}

/**
 * The kind of work that a tree of processes does: the most expensive one of its members.
 *
 * @param {{ name: string, pid: number }[]} tree
 * @param {boolean} idle no process of the tree used the CPU
 * @returns {Kind}
 */
function kindOf(tree, idle) {
  if (idle) return 'waiting';
  if (tree.some(({ name }) => COMPILERS.test(name))) return 'compiling';
  if (tree.some(({ name }) => EMULATORS.test(name))) return 'booting';
  return tree.some(({ pid }) => isNx(pid)) ? 'nx' : 'tests';
}

/**
 * Watches a process until `stop`.
 *
 * @param {number} pid
 * @returns {{ stop: () => Record<Kind, number> }} seconds spent on each kind
 */
export function watchProcess(pid) {
  const seconds = Object.fromEntries(KINDS.map((kind) => [kind, 0]));
  let last = { time: performance.now(), ticks: 0 };
  const timer = setInterval(() => {
    const tree = readTree(pid);
    const now = {
      time: performance.now(),
      ticks: tree.reduce((sum, { ticks }) => sum + ticks, 0),
    };
    const elapsed = (now.time - last.time) / 1000;
    const busy = (now.ticks - last.ticks) / TICKS_PER_SECOND / elapsed;
    if (tree.length > 0) seconds[kindOf(tree, busy < IDLE_SHARE)] += elapsed;
    last = now;
  }, INTERVAL_MS);
  timer.unref();
  return {
    stop: () => {
      clearInterval(timer);
      return seconds;
    },
  };
}
