import { readdir, readFile, readlink } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { isOfThisKernel, isOfThisNamespace, ownerFile, readOwner, type LockOwner } from './lock-owner.js';
import { isRunning } from './process-identity.js';
import { quoteArgument } from './quote.js';

/** How often we look at a lock whose owner has no record yet, or is ending, before the user gets a message. */
const ROUNDS = 5;
const ROUND_MS = 100;

/**
 * Reports the process that holds a lock, once it is known.
 *
 * @param file the lock's file, which processes that hold it have open
 * @param signal aborted when we get the lock: then nothing is reported
 */
export async function announceWait(
  file: string,
  path: string,
  signal: AbortSignal,
  onWait: (message: string) => void,
): Promise<void> {
  for (let round = 0; !signal.aborted; round += 1) {
    const owner = await readOwner(path);
    const alive = owner && (!isOfThisNamespace(owner) || isRunning(owner));
    if (alive || round === ROUNDS) {
      const holder = await describeHolder(file, path, owner);
      if (!signal.aborted) onWait(`waiting for ${holder}`);
      return;
    }
    await sleep(ROUND_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** The process that holds a lock, what it is doing, and how to release a lock that nobody would release. */
export async function describeHolder(
  file: string,
  path: string,
  owner: LockOwner | undefined,
): Promise<string> {
  if (!owner) return listHolders(await findHolders(file)) ?? 'another process';
  const { pid, host, purpose } = owner;
  if (!isOfThisKernel(owner))
    return (
      `process ${pid} on the host ${host}, which is ${purpose}. This machine cannot see whether that ` +
      `process still runs. If it does not, release the lock: rm ${quoteArgument(ownerFile(path))}`
    );
  if (!isOfThisNamespace(owner))
    return (
      `process ${pid} in another container (host name ${host}), which is ${purpose}. ` +
      'To release the lock, end that process in its container'
    );
  if (!isRunning(owner)) return describeLeftover(owner, await findHolders(file));
  const holder = `process ${pid}, which is ${purpose}`;
  return (await isStopped(pid))
    ? `${holder}. That process is stopped. Continue it (fg, or kill -CONT ${pid}), or end it: kill -KILL ${pid}`
    : holder;
}

function describeLeftover({ pid, purpose }: LockOwner, holders: readonly Holder[]): string {
  const pids = holders.map((holder) => holder.pid).join(' ');
  const list = listHolders(holders) ?? 'a program';
  const rest = `which process ${pid} started while it was ${purpose}, and left running when it was killed`;
  return `${list}, ${rest}.${pids && ` To release the lock, end it: kill ${pids}`}`;
}

interface Holder {
  pid: number;
  name: string;
}

function listHolders(holders: readonly Holder[]): string | undefined {
  if (holders.length === 0) return undefined;
  return holders.map(({ pid, name }) => `process ${pid} (${name})`).join(' and ');
}

/** Processes of this user that hold the lock: proc(5) shows a lock at the descriptor of its open file. */
async function findHolders(file: string): Promise<Holder[]> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      if (!(await holds(pid, file))) return [];
      const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '?');
      return [{ pid: Number(pid), name: name.trim() }];
    }),
  );
  return found.flat();
}

async function holds(pid: string, file: string): Promise<boolean> {
  const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []); // Ended, or another user's.
  for (const descriptor of descriptors) {
    const target = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => '');
    if (target !== file) continue;
    const info = await readFile(`/proc/${pid}/fdinfo/${descriptor}`, 'utf8').catch(() => '');
    if (/^lock:\s.*\bFLOCK\b/m.test(info)) return true;
  }
  return false;
}

/** By SIGSTOP, by Ctrl-Z, or by a debugger. */
async function isStopped(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return /^[Tt] /.test(status.replace(/^.*\) /s, ''));
}
