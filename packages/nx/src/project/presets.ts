import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '@bringup/process';

const PACKAGE_ROOT = join(__dirname, '..', '..');

/** The presets' directory: `presets` in the published package, `workspace-configs/kconfig` in Bringup's own repository. */
function presetsDirectory(): string {
  const published = join(PACKAGE_ROOT, 'presets');
  return existsSync(published) ? published : join(PACKAGE_ROOT, '..', '..', 'workspace-configs', 'kconfig');
}

/** The file of a preset. @throws UserError `UNKNOWN_PRESET` listing those there are */
export function presetPath(name: string): string {
  const directory = presetsDirectory();
  const path = join(directory, `${name}.config`);
  if (/^[\w.-]+$/.test(name) && existsSync(path)) return path;
  const names = readdirSync(directory)
    .filter((file) => file.endsWith('.config'))
    .map((file) => file.replace(/\.config$/, ''));
  throw new UserError('UNKNOWN_PRESET', `there is no preset ${name}. Presets: ${names.join(', ')}`, {
    name,
    names,
  });
}
