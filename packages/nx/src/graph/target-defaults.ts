import type { TargetConfiguration } from '@nx/devkit';
import { object, objects } from './unchecked.js';

type Targets = Record<string, TargetConfiguration>;

/**
 * Targets as Nx will have them with the options of nx.json's `targetDefaults` under their own: what a project reads may be
 * written there. As in Nx, the default for an executor hides the one for the target's name.
 */
export function withTargetDefaults(targets: Targets, targetDefaults: unknown): Targets {
  const defaults = object(targetDefaults);
  return Object.fromEntries(
    Object.entries(targets).map(([name, target]) => {
      const found = defaults[target?.executor ?? ''] ?? defaults[name];
      return [name, entriesOf(found).reduce(merge, target)];
    }),
  );
}

/** A default is one entry or a list of them; those for some projects only are left to Nx. */
function entriesOf(found: unknown): Readonly<Record<string, unknown>>[] {
  const entries = Array.isArray(found) ? objects(found).reverse() : objects([found]);
  return entries.filter(({ filter }) => filter === undefined);
}

function merge(
  target: TargetConfiguration,
  defaults: Readonly<Record<string, unknown>>,
): TargetConfiguration {
  const own = object(target.configurations);
  const given = object(defaults.configurations);
  const names = [...new Set([...Object.keys(given), ...Object.keys(own)])];
  return {
    ...target,
    options: { ...object(defaults.options), ...object(target.options) },
    configurations: Object.fromEntries(
      names.map((name) => [name, { ...object(given[name]), ...object(own[name]) }]),
    ),
  };
}
