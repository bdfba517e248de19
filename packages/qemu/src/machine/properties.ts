/** Properties by name; a list where one may stand more than once, as `hostfwd` does. */
type Properties = Readonly<Record<string, string | number>> | readonly (readonly [string, string | number])[];

/**
 * QEMU's `driver,key=value,…` syntax. A comma inside a value is written twice (qemu(1), "-drive": "to use a
 * file name that has a comma in it, double it"); a path given raw would inject properties.
 */
export function formatProperties(first: string | undefined, properties: Properties = {}): string {
  const entries: readonly (readonly [string, string | number])[] = isList(properties)
    ? properties
    : Object.entries(properties);
  const pairs = entries.map(([key, value]) => `${key}=${escapeCommas(String(value))}`);
  return [...(first === undefined ? [] : [first]), ...pairs].join(',');
}

function isList(properties: Properties): properties is Extract<Properties, readonly unknown[]> {
  return Array.isArray(properties);
}

function escapeCommas(value: string): string {
  return value.replaceAll(',', ',,');
}
