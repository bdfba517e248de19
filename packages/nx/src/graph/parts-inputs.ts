import type { TargetConfiguration } from '@nx/devkit';
import { parseFileReference } from '../project/references.js';
import { fileInputs, treeInput, type Input } from './inputs.js';
import type { References } from './references.js';
import { text, texts, textsOf } from './unchecked.js';

/** What a target reads and runs after. */
export interface PartsInputs {
  inputs: Input[];
  dependsOn: NonNullable<TargetConfiguration['dependsOn']>;
}

/** The inputs of trees whose parts options name: BusyBox, files of projects and of the workspace, overlays. */
export function partsInputs(
  trees: readonly Readonly<Record<string, unknown>>[],
  references: References,
): PartsInputs {
  const found: PartsInputs = { inputs: [], dependsOn: [] };
  const unhashed: string[] = [];
  for (const options of trees) {
    const busybox = text(options.busybox);
    if (busybox !== undefined) addArtifact(found, references, busybox, 'busybox.tar');
    for (const from of textsOf(options.files, 'from')) {
      const file = parseFileReference(from);
      if (file.kind === 'artifact') {
        addArtifact(found, references, file.project, file.artifact);
      } else {
        found.inputs.push(...fileInputs(file.path));
        unhashed.push(file.path);
      }
    }
    for (const overlay of texts(options.overlays)) {
      found.inputs.push(...fileInputs(`${overlay}/**/*`));
      unhashed.push(overlay);
    }
  }
  // Nx hashes content only: a mode, a symlink or an ignored file would change the image and not the hash.
  if (unhashed.length > 0) found.inputs.push(treeInput(unhashed));
  return found;
}

/** Adds an artifact of another project: the task that makes it, and its content. */
export function addArtifact(found: PartsInputs, references: References, project: string, file: string): void {
  found.dependsOn.push(references.buildOf(project));
  found.inputs.push({ dependentTasksOutputFiles: `**/${file}` });
}
