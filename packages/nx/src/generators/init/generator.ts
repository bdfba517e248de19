import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import type { FullInitGeneratorOptions } from '../../generated/init-generator-options.js';
import { presetPath } from '../../kinds/kconfig/presets.js';
import { asGenerator } from '../run-generator.js';
import type { GeneratedWorkspace } from '../workspace.js';

/** Where projects of a workspace share their fragments. */
const SHARED_FRAGMENTS = 'workspace-configs/kconfig';

/** `nx g @bringup/nx:init`: what every generator does first, by itself, and presets to edit. */
export default asGenerator<FullInitGeneratorOptions>((workspace, { presets }) => {
  for (const name of presets) copyPreset(workspace, name);
  workspace.notes.push('Next: nx g @bringup/nx:board');
});

function copyPreset({ tree, notes }: GeneratedWorkspace, name: string): void {
  const preset = presetPath(name);
  const text = readFileSync(preset, 'utf8');
  const path = posix.join(SHARED_FRAGMENTS, posix.basename(preset));
  if (!tree.exists(path)) tree.write(path, text);
  else if (tree.read(path, 'utf8') !== text) notes.push(`${path} exists already; it is left unchanged`);
  notes.push(`In the fragments of a project: "${path}" instead of "preset:${name}"`);
}
