import { programTargets } from './targets.js';
import type { ProgramOptions } from '../../generated/program-options.js';
import type { KindRow } from '../kind.js';

export const program: KindRow<ProgramOptions> = {
  references: () => [],
  targets: programTargets,
  hostNeeds: () => [],
  needs: async (_task, options) => (await import('./needs.js')).programNeeds(options),
};
