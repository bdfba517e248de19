import { isAbsolute, posix } from 'node:path';
import { parseFileReference } from '../project/references.js';
import { fileInputs, treeInput, type Input } from './inputs.js';
import { deviceFileNames } from './references.js';
import { objects, text, textsOf } from './unchecked.js';

/** What the devices of a board read and write, for its test. */
export interface DeviceInputs {
  inputs: Input[];
  /** Projects whose artifacts they are. */
  projects: string[];
  outputs: string[];
}

/** Images and firmware that a board's options name, and what lies in its shares; files that consoles write. */
export function deviceInputs(everyOptions: readonly Readonly<Record<string, unknown>>[]): DeviceInputs {
  const found: DeviceInputs = { inputs: [], projects: [], outputs: [] };
  const trees: string[] = [];
  for (const options of everyOptions) {
    for (const name of deviceFileNames(options)) {
      const file = parseFileReference(name);
      if (file.kind === 'artifact') {
        found.projects.push(file.project);
        found.inputs.push({ dependentTasksOutputFiles: `**/${file.artifact}` });
      } else {
        found.inputs.push(...fileInputs(file.path));
        trees.push(file.path);
      }
    }
    for (const path of textsOf(options.shares, 'path')) {
      found.inputs.push(...fileInputs(`${path}/**/*`));
      trees.push(path);
    }
    for (const { type, path } of objects(options.consoles)) {
      const file = text(path);
      if (type === 'file' && file !== undefined && !isAbsolute(file))
        found.outputs.push(`{workspaceRoot}/${posix.normalize(file)}`);
    }
  }
  // Modes, links and files that git ignores are the guest's to see as well.
  if (trees.length > 0) found.inputs.push(treeInput(trees));
  return found;
}
