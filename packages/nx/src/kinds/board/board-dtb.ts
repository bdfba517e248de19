import { resolve } from 'node:path';
import { dtbName } from '@bringup/kbuild';
import { UserError } from '@bringup/process';
import type { QemuOptions } from '../../generated/qemu-options.js';
import { parseFileReference } from '../../workspace/names-in-options.js';
import { allOptions } from '../../workspace/variants.js';
import { artifactPath } from '../../tasks/referenced.js';
import type { ProjectContext } from '../../tasks/project-context.js';

/**
 * The device tree that a board is given instead of the machine's own.
 *
 * @throws UserError `OPTION_UNUSED` where a firmware starts the kernel: QEMU hands a device tree to a kernel that it
 *   loads itself; `DTB_NOT_PUBLISHED` for a kernel that is not asked to make it
 */
export function boardDtb(task: ProjectContext, { boot, dtb }: QemuOptions): string | undefined {
  if (dtb === undefined) return undefined;
  if (boot !== undefined && boot.via !== 'kernel' && boot.via !== 'disk') {
    const message =
      `${task.project}: boot via ${boot.via} gets its device tree from the firmware, so the option "dtb" would do ` +
      'nothing. Leave it out';
    throw new UserError('OPTION_UNUSED', message, { option: 'dtb' });
  }
  const file = parseFileReference(dtb);
  if (file.kind === 'file') return resolve(task.workspaceRoot, file.path);
  checkPublished(task, file);
  return artifactPath(task, file.project, file.artifact);
}

function checkPublished(
  task: ProjectContext,
  { project, artifact }: { project: string; artifact: string },
): void {
  const declaration = task.declarationOf(project);
  if (declaration?.kind !== 'kernel') return;
  const published = allOptions(declaration)
    .flatMap(({ dtbs }) => (Array.isArray(dtbs) ? dtbs.map(String) : []))
    .map(dtbName);
  if (published.includes(artifact)) return;
  const message =
    `dtb: ${project} publishes no ${artifact}` +
    `${published.length > 0 ? `, but ${[...new Set(published)].join(', ')}` : ''}. ` +
    `Name its device tree in the option "dtbs" of ${project}`;
  throw new UserError('DTB_NOT_PUBLISHED', message, { project, artifact, published });
}
