import type { IsoImageOptions } from '../../generated/iso-image-options.js';
import { imageNeeds } from '../../images/needs.js';
import type { Needs } from '../../lock/locked.js';
import { defaultFirmware, isoTools } from '../../lock/tools.js';

/** What an iso-image project needs of the lock. */
export function isoImageNeeds({ arch, firmware }: Pick<IsoImageOptions, 'arch' | 'firmware'>): Needs {
  return imageNeeds(isoTools(arch, firmware ?? defaultFirmware(arch)));
}
