import { object, objects } from '../options/unchecked.js';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Targets with the options, `cache` and `outputs` of nx.json's `targetDefaults` under their own, as Nx merges them, because those may name
 * files as well. As in Nx, the default for an executor hides the one for the target's name. Values that are not objects stay unchanged.
 */
export function withTargetDefaults(targets: unknown, targetDefaults: unknown): unknown {
  if (!isFields(targets)) return targets;
  const defaults = object(targetDefaults);
  return Object.fromEntries(
    Object.entries(targets).map(([name, target]) => {
      if (!isFields(target)) return [name, target];
      const { executor } = target;
      const own = typeof executor === 'string' ? defaults[executor] : undefined;
      return [name, entriesOf(own ?? defaults[name]).reduce(merge, target)];
    }),
  );
}

function isFields(value: unknown): value is Fields {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** A default is one entry or a list in which later entries override earlier ones. Nx handles those for some projects only. */
function entriesOf(found: unknown): Fields[] {
  const entries = Array.isArray(found) ? objects(found).reverse() : objects([found]);
  return entries.filter(({ filter }) => filter === undefined);
}

function merge(target: Fields, defaults: Fields): Fields {
  const own = object(target.configurations);
  const given = object(defaults.configurations);
  const names = [...new Set([...Object.keys(given), ...Object.keys(own)])];
  return {
    ...('cache' in defaults ? { cache: defaults.cache } : {}),
    ...('outputs' in defaults ? { outputs: defaults.outputs } : {}),
    ...target,
    options: { ...object(defaults.options), ...object(target.options) },
    configurations: Object.fromEntries(
      names.map((name) => [name, { ...object(given[name]), ...object(own[name]) }]),
    ),
  };
}
