import type { TargetConfiguration } from '@nx/devkit';
import type { References } from '../../graph/references.js';
import { addBooted, imageTargets } from '../../images/image-targets.js';
import { defaultFirmware, isoTools } from '../../lock/tools.js';
import { text, texts } from '../../options/unchecked.js';
import { partsInputs } from '../../trees/parts-inputs.js';
import type { Declaration } from '../../workspace/declaration.js';
import { ISO_IMAGE } from '../../workspace/paths.js';
import { allOptions } from '../../workspace/variants.js';

/** The targets of an iso-image project. */
export function isoImageTargets(
  declaration: Declaration,
  references: References,
  workspaceRoot: string,
): Record<string, TargetConfiguration> {
  const variants = allOptions(declaration);
  const found = partsInputs(variants, references, workspaceRoot);
  for (const options of variants) addBooted(found, references, options);
  const tools = variants.flatMap(({ arch, firmware }) => {
    const given = texts(firmware);
    return isoTools(text(arch) ?? '', given.length > 0 ? given : defaultFirmware(text(arch) ?? ''));
  });
  return imageTargets(declaration, workspaceRoot, found, tools, [ISO_IMAGE], ['sizes']);
}
