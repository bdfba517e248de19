import type { TargetConfiguration } from '@nx/devkit';
import { parseFileReference } from '../workspace/names-in-options.js';
import { nxPath } from '../workspace/glob.js';
import type { Input } from '../graph/target-parts.js';
import { pathInputs } from '../graph/path-inputs.js';
import type { References } from '../graph/references.js';
import { text, texts, textsOf } from '../options/unchecked.js';

/** The inputs of a target, and the targets that it depends on. */
export interface PartsInputs {
  inputs: Input[];
  dependsOn: NonNullable<TargetConfiguration['dependsOn']>;
}

/** The inputs of trees whose parts options name: BusyBox, files of projects and of the workspace, overlays. */
export function partsInputs(
  trees: readonly Readonly<Record<string, unknown>>[],
  references: References,
  workspaceRoot: string,
): PartsInputs {
  const found: PartsInputs = { inputs: [], dependsOn: [] };
  const modes: string[] = [];
  const directories: string[] = [];
  for (const options of trees) {
    const busybox = text(options.busybox);
    if (busybox !== undefined) addArtifact(found, references, busybox, 'busybox.tar');
    for (const from of textsOf(options.files, 'from')) {
      const file = parseFileReference(from);
      if (file.kind === 'artifact') addArtifact(found, references, file.project, nxPath(file.artifact));
      else modes.push(file.path);
    }
    directories.push(...texts(options.overlays));
  }
  found.inputs.push(...pathInputs({ modes, directories }, workspaceRoot));
  return found;
}

/** Adds an artifact of another project: the task that makes it, and its content. `file` is a pattern of Nx's. */
export function addArtifact(found: PartsInputs, references: References, project: string, file: string): void {
  found.dependsOn.push(references.buildOf(project));
  found.inputs.push({ dependentTasksOutputFiles: `**/${file}` });
}
