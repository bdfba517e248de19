import { stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { manifestPath, readManifest } from '@bringup/kbuild';
import type { QemuOptions } from '../../../generated/qemu-options.js';
import { argumentPaths } from '../argument-paths.js';
import { boardDrives } from '../board-devices.js';
import { boardDtb } from '../board-dtb.js';
import { boardArtifacts } from '../board.js';
import { requireBuilt } from '../../../tasks/require-built.js';
import type { Task } from '../../../tasks/task.js';

/** The options and files that a guest boots from. Two guests with equal values boot the same. */
export interface BootedFrom {
  readonly options: QemuOptions;
  /** Absolute path → content. */
  readonly files: Readonly<Record<string, string>>;
}

/**
 * The options and files that a guest would boot from now. Artifacts are compared by their sha256 in the manifest. Any other file,
 * which may be a disk of gigabytes, is compared by size and time. Files that the guest itself writes are left out.
 *
 * @throws UserError `NOT_BUILT`, `ARTIFACT_DAMAGED`, `ARTIFACT_UNVERIFIED`, and others for options that name no artifact
 */
export async function bootedFrom(task: Task, options: QemuOptions): Promise<BootedFrom> {
  const own = new Set(guestsDrives(task, options));
  const artifacts = boardArtifacts(task, options).filter((path) => !own.has(path));
  await requireBuilt(task, artifacts);
  const named = argumentPaths(options.extraArgs ?? [], task.workspaceRoot).files;
  const others = [...named.map((path) => resolve(task.workspaceRoot, path)), boardDtb(task, options) ?? []];
  const paths = [...new Set([...artifacts, ...others.flat()])];
  const contents = await Promise.all(paths.map(async (path) => [path, await contentOf(path)] as const));
  return { options, files: Object.fromEntries(contents) };
}

/** Drives that the guest writes, and those that are made empty before a first boot. */
function guestsDrives(task: Task, options: QemuOptions): string[] {
  const placed = boardDrives(task, options);
  return (options.drives ?? []).flatMap(({ keepWrites, create }, index) =>
    keepWrites || create !== undefined ? [placed[index]!.file] : [],
  );
}

async function contentOf(path: string): Promise<string> {
  const manifest = await readManifest(manifestPath(dirname(path), 'build'));
  const listed = manifest?.artifacts[basename(path)];
  if (listed) return listed.sha256;
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  return found ? `${found.size} bytes of ${found.mtimeNs}` : 'missing';
}
