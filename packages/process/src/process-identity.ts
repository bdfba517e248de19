import { readFileSync, readlinkSync } from 'node:fs';

/** A process that another one which got its number later is not taken for. */
export interface ProcessIdentity {
  pid: number;
  /** When it was started: the boot's id and the clock ticks since. */
  started: string;
}

/**
 * The process that has this number now; undefined if there is none, or only a zombie. Reads Linux's /proc (proc(5)).
 *
 * @throws any error of that read, except that there is no such process
 */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    // "pid (comm) state ppid …", where comm may hold anything; the start time is field 22.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    return { pid, started: `${boot}:${fields[19]}` };
  } catch (error) {
    // ESRCH: it ended after its file was opened.
    if (['ENOENT', 'ESRCH'].includes((error as { code?: string }).code!)) return undefined;
    throw error;
  }
}

/** The namespace of our process ids (pid_namespaces(7)); empty without /proc. */
export function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

/** Whether that very process is still there. One that cannot be looked up is taken to be: what it uses is not removed. */
export function isRunning({ pid, started }: ProcessIdentity): boolean {
  try {
    return identifyProcess(pid)?.started === started;
  } catch {
    return true;
  }
}
