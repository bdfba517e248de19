import { isAbsolute, posix } from 'node:path';
import { parseFileReference } from '../../workspace/names-in-options.js';
import { argumentPaths } from './argument-paths.js';
import { nxPath } from '../../workspace/glob.js';
import type { Input } from '../../graph/target-parts.js';
import { pathInputs } from '../../graph/path-inputs.js';
import { objects, text, texts, textsOf } from '../../options/unchecked.js';

/** The files that the devices of a board read and write, for its test. */
export interface DeviceInputs {
  inputs: Input[];
  /** Projects whose artifacts they are. */
  projects: string[];
  outputs: string[];
}

/** Images, firmware and arguments' files that a board's options name, and the files in its shares; files that consoles write. */
export function deviceInputs(
  everyOptions: readonly Readonly<Record<string, unknown>>[],
  workspaceRoot: string,
): DeviceInputs {
  const found: DeviceInputs = { inputs: [], projects: [], outputs: [] };
  const files: string[] = [];
  const modes: string[] = [];
  const directories: string[] = [];
  for (const options of everyOptions) {
    for (const name of deviceFileNames(options)) {
      const file = parseFileReference(name);
      if (file.kind === 'artifact') {
        found.projects.push(file.project);
        found.inputs.push({ dependentTasksOutputFiles: `**/${nxPath(file.artifact)}` });
      } else {
        modes.push(file.path);
      }
    }
    const given = argumentPaths(texts(options.extraArgs), workspaceRoot);
    files.push(...given.files);
    directories.push(...given.directories, ...textsOf(options.shares, 'path'));
    for (const { type, path } of objects(options.consoles)) {
      const file = text(path);
      if (type === 'file' && file !== undefined && !isAbsolute(file))
        found.outputs.push(`{workspaceRoot}/${posix.normalize(file)}`);
    }
  }
  // Modes, links and files that git ignores are the guest's to see as well.
  found.inputs.push(...pathInputs({ files, modes, directories }, workspaceRoot));
  return found;
}

/** The files that a board's drives and firmware are, as its options name them. */
function deviceFileNames(options: Readonly<Record<string, unknown>>): string[] {
  return [...textsOf(options.drives, 'file'), ...texts([options.firmware])];
}
