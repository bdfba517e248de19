import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { identifyProcess, isRunning, writeFileAside, type ProcessIdentity } from '@bringup/process';
import type { Forward } from '../machine/network.js';

/**
 * `terminal`: its console is on the terminal of whoever started it. `test`: a program talks to it. `detached`, `debug`: on a
 * socket; with `debug` gdb has the terminal, and the run ends with it.
 */
export type RunKind = 'terminal' | 'detached' | 'debug' | 'test';

/** Whose run it is; without it no board's commands find it. */
export interface RunSubject {
  board: string;
  /** Absolute path of the workspace. */
  workspace: string;
  configuration?: string;
}

/** The record of a run, stored as `run.json` in its directory. */
export interface RunRecord extends Partial<RunSubject> {
  version: 1;
  id: string;
  kind: RunKind;
  /** ISO 8601, UTC. */
  startedAt: string;
  /** Where its process ids mean something: a container that shares the directory has others. */
  namespace: string;
  /** The process that removes the directory. */
  owner: ProcessIdentity;
  /** Set once QEMU has started. */
  qemu?: ProcessIdentity;
  argv: readonly string[];
  forwards: readonly Forward[];
}

/** A run's directory with its record. */
export interface Run {
  directory: string;
  record: RunRecord;
}

const RECORD = 'run.json';

export async function writeRecord(directory: string, record: RunRecord): Promise<void> {
  await writeFileAside(join(directory, RECORD), `${JSON.stringify(record, null, 2)}\n`);
}

/**
 * A directory's record; undefined when it has none, or one that is not ours.
 *
 * @throws any read error except ENOENT
 */
export async function readRecord(directory: string): Promise<RunRecord | undefined> {
  let text: string;
  try {
    text = await readFile(join(directory, RECORD), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const record = JSON.parse(text) as Partial<RunRecord> | null;
    return isRecord(record) ? record : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(record: Partial<RunRecord> | null): record is RunRecord {
  const isIdentity = (value: unknown) => {
    const { pid, started } = (value ?? {}) as Partial<ProcessIdentity>;
    return Number.isInteger(pid) && Number(pid) > 0 && typeof started === 'string';
  };
  return (
    record?.version === 1 &&
    typeof record.id === 'string' &&
    typeof record.namespace === 'string' &&
    isIdentity(record.owner) &&
    (record.qemu === undefined || isIdentity(record.qemu)) &&
    Array.isArray(record.argv) &&
    Array.isArray(record.forwards)
  );
}

/** Whether anybody still needs the run's directory. */
export function isAbandoned({ owner, qemu }: RunRecord): boolean {
  return !isRunning(owner) && !(qemu && isRunning(qemu));
}

/** Whether QEMU runs: that very one, not another process with its number. */
export function isUp({ qemu }: RunRecord): boolean {
  return qemu !== undefined && isRunning(qemu);
}

/** The record of a run whose QEMU is process `pid`. */
export function started(
  record: RunRecord,
  pid: number,
  plan: { argv: readonly string[]; forwards?: readonly Forward[] },
): RunRecord {
  return { ...record, qemu: identifyProcess(pid), argv: plan.argv, forwards: plan.forwards ?? [] };
}
