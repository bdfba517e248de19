import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FakeWorkspace } from './fake-workspace.js';
import { nx, REPOSITORY, type NxRun } from './nx-run.js';

/** Architectures whose kernel QEMU loads, with their machines, as architectures.deep.ts boots and debugs them. */
export const DIRECT = {
  i386: 'q35',
  s390x: 's390-ccw-virtio',
  ppc64le: 'pseries',
  mips64el: 'malta',
  loongarch64: 'virt',
} as const;

/** Every architecture and boot path that the documentation of the generator `board` claims, by the machine it is for. */
export const CLAIMED = [
  ...['kernel', 'u-boot', 'uefi', 'disk', 'iso'].map((boot) => ['arm64', 'virt', boot] as const),
  ...['kernel', 'uefi', 'disk', 'iso', 'bios'].map((boot) => ['x86_64', 'q35', boot] as const),
  ...['kernel', 'iso', 'bios'].map((boot) => ['x86_64', 'pc', boot] as const),
  ...['kernel', 'u-boot', 'disk'].map((boot) => ['riscv64', 'virt', boot] as const),
  ...['kernel', 'u-boot', 'disk'].map((boot) => ['arm', 'virt', boot] as const),
  ['arm', 'cubieboard', 'kernel'] as const,
  ...Object.entries(DIRECT).flatMap(([arch, machine]) =>
    ['kernel', 'disk'].map((boot) => [arch, machine, boot] as const),
  ),
];

/** The rows that a page of the documentation has in its table of boards: `| arm64 | virt | kernel, u-boot |`. */
export function claimedBy(page: string): string[] {
  const text = readFileSync(join(REPOSITORY, page), 'utf8');
  return [...text.matchAll(/^\| `(\w+)` +\| `([\w-]+)` +\| ([^|]+?) +\|/gm)].flatMap(
    ([, arch, machine, boots]) =>
      boots!.split(', ').map((boot) => `${arch} ${machine} ${boot.replaceAll('`', '')}`),
  );
}

/** Sources and compiled objects are the user's own: a kernel of every run from nothing would take minutes. */
export function userEnvironment(): Record<string, string> {
  return { HOME: process.env.HOME!, NX_ISOLATE_PLUGINS: 'false' };
}

/** Runs nx in a workspace that was generated; shows what it printed when it ended in another way than it should. */
export async function inWorkspace(
  { root }: FakeWorkspace,
  args: readonly string[],
  exitCode = 0,
): Promise<NxRun> {
  const run = await nx(args, { cwd: root, env: userEnvironment() });
  const shown = (run.exitCode === 0) === (exitCode === 0) ? '' : run.output;
  expect({ exitCode: Math.min(run.exitCode ?? 1, 1), output: shown }).toEqual({ exitCode, output: '' });
  return run;
}

/** Generates a board and boots it to its test's commands. */
export async function generateAndBoot(
  workspace: FakeWorkspace,
  [arch, machine, boot]: readonly [string, string, string],
  bootTimeout = 120,
): Promise<NxRun> {
  const name = `${arch}-${machine}-${boot}`;
  const options = [`--arch=${arch}`, `--machine=${machine}`, `--boot=${boot}`];
  await inWorkspace(workspace, ['g', '@bringup/nx:board', name, ...options]);
  return inWorkspace(workspace, ['run', `${name}:test`, `--bootTimeout=${bootTimeout}`]);
}
