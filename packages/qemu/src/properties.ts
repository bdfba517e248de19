/**
 * QEMU's `driver,key=value,…` syntax. A comma inside a value is written twice (qemu(1), "-drive": "to use a
 * file name that has a comma in it, double it"); a path given raw would inject properties.
 */
export function formatProperties(
  first: string,
  properties: Readonly<Record<string, string | number>> = {},
): string {
  const pairs = Object.entries(properties).map(([key, value]) => `${key}=${escapeCommas(String(value))}`);
  return [first, ...pairs].join(',');
}

function escapeCommas(value: string): string {
  return value.replaceAll(',', ',,');
}
