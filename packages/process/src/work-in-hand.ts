import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';

/** A program that works for another one. */
export interface WorkInHand {
  readonly pid: number;
  /**
   * The program's name, and the file that it writes, or its last argument where that names a file: `ld -o vmlinux`. No other
   * argument, which may be secret.
   */
  readonly command: string;
}

/** Programs that only wait for what they started. */
const LAUNCHERS = new Set(['make', 'gmake', 'sh', 'bash', 'dash', 'env', 'ccache', 'nice', 'time']);
const SHOWN_CHARACTERS = 80;

interface Member {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
  /** Clock ticks since the machine started. */
  readonly started: number;
}

/**
 * The program on which a process group has worked longest: the oldest program below the leader that does work itself: not
 * make, a shell or ccache. Of its command line only one file name is given. Reads Linux's /proc (proc(5)).
 *
 * @param group the leader's pid
 * @returns undefined if there is none
 */
export function workInHand(group: number): WorkInHand | undefined {
  const members = readMembers(group).filter(({ pid }) => pid !== group);
  const parents = new Set(members.map(({ parent }) => parent));
  const isLauncher = ({ pid, name }: Member) => LAUNCHERS.has(name) && parents.has(pid);
  const workers = new Set(members.filter((member) => !isLauncher(member)).map(({ pid }) => pid));
  const [oldest] = members
    // The programs that a worker has started, such as gcc's cc1, are part of its work.
    .filter(({ pid, parent }) => workers.has(pid) && !workers.has(parent))
    .sort((a, b) => a.started - b.started || a.pid - b.pid);
  if (!oldest) return undefined;
  // A relative name is relative to the program's own directory, which the link leads to.
  const isFile = (name: string) => existsSync(resolve(`/proc/${oldest.pid}/cwd`, name));
  return { pid: oldest.pid, command: describeCommand(readCommand(oldest.pid), oldest.name, isFile) };
}

/**
 * @param argv empty if the process has just ended
 * @param isFile whether a name is one of a file, seen from the program
 */
export function describeCommand(
  argv: readonly string[],
  name: string,
  isFile: (name: string) => boolean,
): string {
  const program = (basename(argv[0] ?? '') || name).replace(/\p{Cc}/gu, '?');
  const output = argv.indexOf('-o') + 1;
  const file = (output > 1 ? argv[output] : argv.slice(1).at(-1)) ?? '';
  // An option, a text with spaces, an assignment or an address is not the name of a file.
  const isPlain = /^[^-\s=:][^\s=:\p{Cc}]*$/u.test(file) && file.length <= SHOWN_CHARACTERS;
  const isName = isPlain && (output > 1 || isFile(file));
  return [program, ...(isName ? [...(output > 1 ? ['-o'] : []), file] : [])].join(' ');
}

function readMembers(group: number): Member[] {
  return readProcesses().flatMap((pid) => {
    // "pid (comm) state ppid pgrp …", where comm may hold anything; the start time is field 22.
    const [, name, rest] = /^\d+ \((.*)\) (.*)$/s.exec(readProc(`/proc/${pid}/stat`)) ?? [];
    const fields = rest?.split(' ') ?? [];
    if (name === undefined || fields[2] !== String(group) || fields[0] === 'Z') return [];
    return [{ pid: Number(pid), parent: Number(fields[1]), name, started: Number(fields[19]) }];
  });
}

/** None where /proc cannot be read: the line is then without a program, and the build goes on. */
function readProcesses(): string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

function readCommand(pid: number): string[] {
  return readProc(`/proc/${pid}/cmdline`).replace(/\0$/, '').split('\0');
}

/** Empty if the process has ended. */
function readProc(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
