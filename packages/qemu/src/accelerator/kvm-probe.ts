import { createHash } from 'node:crypto';
import { delimiter, join } from 'node:path';
import { readJson, realpath, stat, writeFile } from 'fs-extra';
import { runProgram, ToolError, withTemporaryDirectory, writeFileAside } from '@bringup/process';
import type { KvmProgress } from './accelerator.js';
import type { BoardArch } from '../machine/arch-machines.js';
import { PROGRESS_GUESTS, type ProgressGuest } from './progress-guest.js';

/** A guest that works takes a tenth of this. */
const PROBE_MS = 3_000;
const MINUTE_MS = 60_000;
/** How long an answer is believed. "No" can come from a host that was busy, or whose owner is about to mend it. */
const BELIEVED_MS = { yes: 24 * 60 * MINUTE_MS, no: 10 * MINUTE_MS };

/** Whose KVM is asked, and what for. */
export interface KvmProbe {
  arch: BoardArch;
  /** QEMU's program. */
  binary: string;
  /** `-cpu` */
  cpu: string;
  /** The host's boot, unique to it (random(4), boot_id); without one nothing is remembered. */
  bootId: string | undefined;
  /** The kind of the host's CPU, in any words. */
  hostCpu: string;
  /** Where answers are kept. */
  directory: string;
  /** Ask again even where a "no" is remembered. */
  distrustNo?: boolean;
  signal?: AbortSignal;
  /** For tests. Milliseconds since 1970. */
  now?: number;
  /** For tests. */
  timeoutMs?: number;
  /** For tests: another accelerator than `kvm`. */
  accel?: string;
}

/** An answer in its file. */
interface Remembered {
  bootId: string;
  at: number;
  progress: KvmProgress;
}

/**
 * Whether a guest makes progress under KVM. A few instructions are run once, and the answer is kept until the host boots again,
 * QEMU's file changes, or it expires.
 *
 * @throws the signal's reason when aborted
 */
export async function probeKvm(probe: KvmProbe): Promise<KvmProgress> {
  const guest = PROGRESS_GUESTS[probe.arch];
  if (!guest) return { made: false, reason: `there is no KVM for ${probe.arch}` };
  const file = await answerFile(probe);
  const remembered = file === undefined ? undefined : await recall(file, probe);
  if (remembered) return remembered;
  const progress = await runGuest(guest, probe);
  if (file !== undefined && probe.bootId !== undefined) {
    const answer: Remembered = { bootId: probe.bootId, at: probe.now ?? Date.now(), progress };
    // A home that cannot be written costs the next run a probe, nothing else.
    await writeFileAside(file, `${JSON.stringify(answer)}\n`).catch(() => undefined);
  }
  return progress;
}

async function runGuest(guest: ProgressGuest, probe: KvmProbe): Promise<KvmProgress> {
  const { binary, cpu, accel = 'kvm', signal, timeoutMs = PROBE_MS } = probe;
  return withTemporaryDirectory('kvm', async (directory) => {
    const image = join(directory, 'guest');
    await writeFile(image, guest.image);
    const argv = [
      binary,
      ...guest.args(image),
      ...['-accel', accel],
      ...['-cpu', cpu],
      ...['-m', '16M'],
      '-nodefaults',
      '-no-reboot',
      ...['-display', 'none'],
    ] as [string, ...string[]];
    try {
      await runProgram(argv, { signal, timeoutMs, okExitCodes: [guest.exitCode] });
      return { made: true };
    } catch (error) {
      return { made: false, reason: describeFailure(error, timeoutMs) };
    }
  });
}

/** @throws `error` itself when QEMU was not what failed */
function describeFailure(error: unknown, timeoutMs: number): string {
  if (!(error instanceof ToolError)) throw error; // Aborted.
  if (error.code === 'TOOL_TIMEOUT')
    return `a guest of a few instructions did not get to its end in ${timeoutMs / 1000} s`;
  if (error.code !== 'TOOL_FAILED') return error.message;
  const said = (error.fields.tail as string[] | undefined)?.findLast((line) => line.trim() !== '');
  return said ? `QEMU cannot run a guest: ${said.trim()}` : 'QEMU ended before a guest had run';
}

/** Undefined when what was remembered is of another boot, too old, or from the future. */
async function recall(file: string, probe: KvmProbe): Promise<KvmProgress | undefined> {
  const answer = (await readJson(file).catch(() => undefined)) as Partial<Remembered> | undefined;
  if (answer?.bootId !== probe.bootId || typeof answer?.at !== 'number') return undefined;
  const { progress } = answer;
  if (typeof progress?.made !== 'boolean' || (!progress.made && probe.distrustNo)) return undefined;
  const age = (probe.now ?? Date.now()) - answer.at;
  return age >= 0 && age < (progress.made ? BELIEVED_MS.yes : BELIEVED_MS.no) ? progress : undefined;
}

/** One file for each QEMU, CPU and guest; undefined when nothing can be remembered. */
async function answerFile(probe: KvmProbe): Promise<string | undefined> {
  const { arch, cpu, hostCpu, bootId, directory } = probe;
  const program = await identify(probe.binary);
  if (bootId === undefined || program === undefined) return undefined;
  const key = JSON.stringify([arch, cpu, hostCpu, program]);
  return join(directory, `${createHash('sha256').update(key).digest('hex').slice(0, 32)}.json`);
}

/** Changes with the program's version, and costs no start of it. */
async function identify(binary: string, path = process.env.PATH ?? ''): Promise<unknown[] | undefined> {
  const candidates = binary.includes('/') ? [binary] : path.split(delimiter).map((at) => join(at, binary));
  for (const candidate of candidates) {
    const status = await stat(candidate).catch(() => undefined);
    if (status?.isFile()) return [await realpath(candidate), status.size, status.mtimeMs];
  }
  return undefined;
}
