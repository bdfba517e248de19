/** The demo in the scratch workspace, made ready to be measured. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { sourcePath } from './by-hand.mjs';
import { run } from './run.mjs';
import { editOptions, nx, onTerminal, qemuStartedAt, runNx } from './scratch.mjs';

export const KERNEL = 'examples/kernel';

/** A shell's prompt at the end of the output. */
export const PROMPT = /(^|\n)[^\n]*[#$] $/;

/** Ctrl-A X: ends QEMU. */
export const END = '\u0001x';

/** Where the scratch workspace's programs run. */
export function place({ workspace, env }) {
  return { cwd: workspace, env };
}

export async function warmDaemon(scratch) {
  await runNx(scratch, ['show', 'projects']);
}

export function fragmentsOf(scratch, root) {
  const { targets } = JSON.parse(readFileSync(join(scratch.workspace, root, 'project.json'), 'utf8'));
  return targets.build.options.fragments.map((path) =>
    join(scratch.workspace, path.replace('{projectRoot}', root)),
  );
}

/** Also brings the lock up to date where it does not hold on this machine. */
export async function ensureSource(scratch, project) {
  await runNx(scratch, ['run', `${project}:update`, '--ifNeeded', '--outputStyle=stream']);
  if (sourcePath(scratch, project) === undefined)
    await runNx(scratch, ['run', `${project}:config`, '--outputStyle=stream']);
}

/** The lock holds on this machine, for virt-arm64 and what it is made of. */
export async function ensureLock(scratch) {
  await runNx(scratch, [
    'run-many',
    '-t',
    'update',
    '-p',
    'kernel',
    'busybox',
    'rootfs',
    'virt-arm64',
    '--ifNeeded',
    '--outputStyle=stream',
  ]);
}

/** Everything that virt-arm64 boots is there, and Nx knows it. */
export async function ensureBoard(scratch, say) {
  if (scratch.boardBuilt) return;
  say('kernel, BusyBox and initramfs for virt-arm64, unless dist has them');
  await ensureLock(scratch);
  editOptions(scratch, KERNEL, { ccache: true });
  await runNx(scratch, ['run', 'virt-arm64:build', '--outputStyle=stream']);
  await warmDaemon(scratch);
  scratch.boardBuilt = true;
}

/** nx run virt-arm64:run until the prompt; then the guest is ended. */
export async function bootWithNx(scratch) {
  rmSync(scratch.qemuLog, { force: true });
  const argv = onTerminal(nx(scratch, 'run', 'virt-arm64:run'));
  const result = await run(argv, { ...place(scratch), until: PROMPT, answer: END, timeoutSeconds: 120 });
  const qemuStart = (qemuStartedAt(scratch) - result.startedAt) / 1000;
  return { ...result, qemuStart, executorStart: result.marks(/: accelerator /) };
}
