import type { Declaration } from '../../workspace/declaration.js';
import type { ProjectDescription } from '../../workspace/describe.js';
import { texts } from '../../options/unchecked.js';
import type { Place } from '../templates.js';

const OWN_CONFIG = `# Lines of this board's own kernel, over those of the one it was copied from.
`;

/**
 * A kernel of a board's own: what another kernel declares, with fragments on top. Files that the other one names stay
 * where they are, so that an edit there reaches both.
 *
 * @param fragments without any it gets an empty one to write into
 */
export function ownKernel(
  place: Place,
  shared: Declaration,
  fragments: readonly string[],
  source?: Readonly<Record<string, unknown>>,
): ProjectDescription {
  const { outputPath: _published, ...options } = shared.options;
  const empty = fragments.length === 0;
  return {
    ...place,
    kind: 'kernel',
    options: {
      ...options,
      ...(source ? { source } : {}),
      fragments: [...texts(options.fragments), ...(empty ? ['{projectRoot}/kernel.config'] : fragments)],
    },
    configurations: shared.configurations,
    files: empty ? { 'kernel.config': OWN_CONFIG } : {},
  };
}
