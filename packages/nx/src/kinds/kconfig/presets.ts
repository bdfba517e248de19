import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { nearNames, UserError } from '@bringup/process';

const PACKAGE_ROOT = join(__dirname, '..', '..', '..');

/** The presets' directory: `presets` in the published package, `workspace-configs/kconfig` in Bringup's own repository. */
function presetsDirectory(): string {
  const published = join(PACKAGE_ROOT, 'presets');
  return existsSync(published) ? published : join(PACKAGE_ROOT, '..', '..', 'workspace-configs', 'kconfig');
}

/** The file of a preset. @throws UserError `UNKNOWN_PRESET` with the closest match and the list of presets */
export function presetPath(name: string): string {
  const directory = presetsDirectory();
  const path = join(directory, `${name}.config`);
  if (/^[\w.-]+$/.test(name) && existsSync(path)) return path;
  const names = readdirSync(directory)
    .filter((file) => file.endsWith('.config'))
    .map((file) => file.replace(/\.config$/, ''));
  const [near] = nearNames(name, names);
  const hint = near === undefined ? '' : `Did you mean ${near}? `;
  const message = `there is no preset ${name}. ${hint}Presets: ${names.join(', ')}`;
  throw new UserError('UNKNOWN_PRESET', message, { name, names });
}
