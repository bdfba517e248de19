import { resolve } from 'node:path';
import type { Arch } from '@bringup/kbuild';
import type { DiskFormat, DiskPlace } from '@bringup/disk';
import { UserError } from '@bringup/process';
import { variantOptions } from '../workspace/variants.js';
import { diskImage } from '../tasks/artifacts.js';
import { requireBuilt } from '../tasks/require-built.js';
import type { ProjectContext } from '../tasks/project-context.js';

/** The options by which a target says which image it looks into. */
export interface InspectedOptions {
  image?: string;
  format?: DiskFormat;
  partition?: number | string;
}

/** The image that a target looks into: the one it names, or its project's own. @throws UserError `NOT_A_DISK_PROJECT`, `NOT_BUILT` */
export async function inspectedImage(task: ProjectContext, options: InspectedOptions): Promise<DiskPlace> {
  const partition = partitionOf(options.partition);
  if (options.image !== undefined)
    return { path: resolve(task.workspaceRoot, options.image), format: options.format, partition };
  if (task.declaration?.kind !== 'disk-image') {
    const message = `project ${task.project} has no disk of its own: name an image with --image`;
    throw new UserError('NOT_A_DISK_PROJECT', message, { project: task.project });
  }
  const { arch } = variantOptions(task.declaration, task.configuration);
  const { file } = diskImage(task, task.project, arch as Arch);
  await requireBuilt(task, [file]);
  return { path: file, format: options.format, partition };
}

/** On a command line a number is text. */
function partitionOf(given: number | string | undefined): number | string | undefined {
  return typeof given === 'string' && /^\d+$/.test(given) ? Number(given) : given;
}
