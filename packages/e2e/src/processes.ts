import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

interface FoundProcess {
  pid: number;
  parent: number;
  argv: string;
  cwd: string;
}

/** Every process of this machine that /proc lets us see, zombies left out. */
export function allProcesses(): FoundProcess[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        // proc(5): "pid (comm) state ppid …", and comm may hold anything.
        const [state, parent] = readFileSync(`/proc/${name}/stat`, 'utf8')
          .replace(/^.*\) /s, '')
          .split(' ');
        const argv = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
        if (state === 'Z' || state === 'X') return [];
        return [{ pid: Number(name), parent: Number(parent), argv, cwd: readlinkSync(`/proc/${name}/cwd`) }];
      } catch {
        return []; // Ended while we looked.
      }
    });
}

/** Processes that work in `directory` or name it in their arguments. */
export function processesOf(directory: string): FoundProcess[] {
  return allProcesses().filter(
    ({ pid, argv, cwd }) =>
      pid !== process.pid && (argv.includes(directory) || `${cwd}/`.startsWith(`${directory}/`)),
  );
}

/** Waits until no process of `directory` is left; gives those that still are after `ms`: long, on a machine that does much else. */
export async function remaining(directory: string, ms = 10_000): Promise<FoundProcess[]> {
  const deadline = Date.now() + ms;
  for (;;) {
    const found = processesOf(directory);
    if (found.length === 0 || Date.now() > deadline) return found;
    await sleep(25);
  }
}

/** A process and all that it started, children of children included. */
export function treeOf(pid: number): number[] {
  const all = allProcesses();
  const tree = [pid];
  for (const next of tree)
    tree.push(...all.filter(({ parent }) => parent === next).map((found) => found.pid));
  return tree;
}

export function kill(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // Ended before.
    }
  }
}

/** SIGKILL for a whole tree at once: stopped first, so that nothing escapes by starting children. */
export function killTree(pid: number): void {
  const stopped = new Set<number>();
  for (;;) {
    const fresh = treeOf(pid).filter((member) => !stopped.has(member));
    if (fresh.length === 0) break;
    kill(fresh, 'SIGSTOP');
    fresh.forEach((member) => stopped.add(member));
  }
  kill([...stopped], 'SIGKILL');
}
