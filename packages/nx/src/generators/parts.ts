import type { DeclaredKind } from '../options/declared-kinds.js';
import type { Declaration } from '../workspace/declaration.js';
import type { ProjectDescription } from '../workspace/describe.js';
import { UserError } from '@bringup/process';
import type { BoardArch } from '@bringup/qemu';
import { referencedProjects } from '../plugin/references.js';
import { workspaceDirectory } from '../workspace/names.js';
import { DEBIAN_SOURCES } from '../kinds/kconfig/source-option.js';
import { below, busyboxProject, type Place } from './templates.js';
import type { GeneratedWorkspace } from './workspace.js';

/** A part that something generated needs: taken where it is, made where it is missing. */
export interface PartRequest {
  /** The generator's option by which the user can name it. */
  readonly option: string;
  /** The project that the user named. */
  readonly given?: string;
  /** The name by which generated projects share it. */
  readonly conventional: string;
  readonly kind: DeclaredKind;
  readonly arch: BoardArch;
  /** Projects that an existing project of that name must be made of. */
  readonly holds?: readonly string[];
  readonly make: (place: Place) => ProjectDescription;
}

/** Where the project of a name lies, below the directory that the user chose. */
export function placeOf(project: string, directory = ''): Place {
  return { project, root: below(workspaceDirectory(directory), project) };
}

/** The place of a single project: the directory that was given, or its name. */
export function ownPlace(project: string, directory?: string): Place {
  return { project, root: directory === undefined ? below('', project) : directory };
}

/**
 * The name of a part.
 *
 * @throws UserError those of `GeneratedWorkspace`; `PART_DIFFERS` when the shared one is made of other projects than it is to hold
 */
export function part(workspace: GeneratedWorkspace, request: PartRequest, directory?: string): string {
  const { option, given, conventional, kind, arch, holds = [], make } = request;
  if (given !== undefined) return workspace.require(option, given, [kind], arch).project;
  const found = workspace.declarationOf(conventional);
  if (found?.kind === kind && found.options.arch === arch) requireParts(found, holds, option);
  else workspace.add(make(placeOf(conventional, directory)));
  return conventional;
}

/** A disk or a CD of the same name that holds another kernel would boot that one. */
function requireParts(found: Declaration, holds: readonly string[], option: string): void {
  const names = referencedProjects(found);
  const lacking = holds.filter((name) => !names.includes(name));
  if (lacking.length === 0) return;
  const message =
    `${found.project} is there already, and made of ${names.join(', ') || 'no other project'}, not of ${lacking.join(', ')}. ` +
    `Take it as it is with --${option}=${found.project}`;
  throw new UserError('PART_DIFFERS', message, { project: found.project, option });
}

/** BusyBox for an initramfs that is made. */
export function busyboxPart(
  workspace: GeneratedWorkspace,
  { arch, given, directory }: { arch: BoardArch; given?: string; directory?: string },
): string {
  const make = (place: Place) => busyboxProject(place, arch, DEBIAN_SOURCES.busybox);
  const conventional = `busybox-${arch}`;
  const request = { option: 'busybox', given, conventional, kind: 'busybox', arch, make } as const;
  return part(workspace, request, directory);
}
