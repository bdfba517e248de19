import type { IsoImageOptions } from '../../generated/iso-image-options.js';
import { imageNeeds } from '../../images/needs.js';
import type { Needs } from '../../lock/locked.js';
import { defaultFirmware, isoTools } from '../../lock/tools.js';

/** The lock entries that an iso-image project needs. */
export function isoImageNeeds({ arch, firmware }: Pick<IsoImageOptions, 'arch' | 'firmware'>): Needs {
  return imageNeeds(isoTools(arch, firmware ?? defaultFirmware(arch)));
}
