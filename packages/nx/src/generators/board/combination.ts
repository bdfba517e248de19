import { UserError } from '@bringup/process';
import type { BoardGeneratorOptions } from '../../generated/board-generator-options.js';
import type { BootPathName } from '../../kinds/board/board-machines.js';

type OptionName = keyof BoardGeneratorOptions;

/** Options that name a part which only some boot paths have. */
const PATHS_OF: Partial<Record<OptionName, readonly BootPathName[]>> = {
  uBoot: ['u-boot'],
  disk: ['disk', 'bios'],
  iso: ['iso'],
};

/** The options that have no effect with a part: a named part is used unchanged, so it already holds what they name. */
function heldBy(path: BootPathName, options: BoardGeneratorOptions): [OptionName, readonly OptionName[]][] {
  const source = ['source', 'sha256', 'tag', 'branch', 'commit'] as const;
  const kernel = ['kernel', 'ownKernel', 'fragments', ...source] as const;
  const root = ['initramfs', 'busybox'] as const;
  const held: [OptionName, readonly OptionName[]][] = [
    ['disk', path === 'disk' ? root : [...kernel, ...root]],
    ['iso', [...kernel, ...root]],
    ['initramfs', ['busybox']],
  ];
  return held.filter(([option]) => options[option] !== undefined);
}

/**
 * Refuses options that would have no effect.
 *
 * @throws UserError `OPTION_UNUSED`
 */
export function checkCombination(path: BootPathName, options: BoardGeneratorOptions): void {
  for (const [option, paths] of Object.entries(PATHS_OF)) {
    if (options[option as OptionName] === undefined || paths.includes(path)) continue;
    fail(option, `it is for boot: ${paths.join(' or ')}, but the board boots by ${path}`);
  }
  for (const [holder, held] of heldBy(path, options))
    for (const option of held.filter((name) => isGiven(options[name])))
      fail(option, `it has no effect with ${holder}, which is used unchanged`);
}

function isGiven(value: unknown): boolean {
  return !(value === undefined || value === false || (Array.isArray(value) && value.length === 0));
}

function fail(option: string, why: string): never {
  throw new UserError('OPTION_UNUSED', `${option}: ${why}. Leave it out`, { option });
}
