/** Where a character stands in a version's non-digit part: `~` before the end, letters before everything else. */
function weight(character: string | undefined): number {
  if (character === '~') return -1;
  if (character === undefined || /\d/.test(character)) return 0;
  return /[A-Za-z]/.test(character) ? character.charCodeAt(0) : character.charCodeAt(0) + 256;
}

function comparePart(a: string, b: string): number {
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    while ((i < a.length && !/\d/.test(a[i]!)) || (j < b.length && !/\d/.test(b[j]!))) {
      const difference = weight(a[i]) - weight(b[j]);
      if (difference) return difference;
      i++;
      j++;
    }
    const left = /^\d*/.exec(a.slice(i))![0];
    const right = /^\d*/.exec(b.slice(j))![0];
    // Numbers of any length: dates such as 20240101120000 are common.
    const difference = BigInt(left || 0) - BigInt(right || 0);
    if (difference) return difference > 0 ? 1 : -1;
    i += left.length;
    j += right.length;
  }
  return 0;
}

function split(version: string): [epoch: string, upstream: string, revision: string] {
  const colon = version.indexOf(':');
  const rest = version.slice(colon + 1);
  const dash = rest.lastIndexOf('-');
  return [
    version.slice(0, Math.max(colon, 0)),
    dash < 0 ? rest : rest.slice(0, dash),
    dash < 0 ? '' : rest.slice(dash + 1),
  ];
}

/** Orders two versions as dpkg does (Debian Policy 5.6.12): negative when `a` is the older one. */
export function compareDebianVersions(a: string, b: string): number {
  const left = split(a);
  const right = split(b);
  for (const part of [0, 1, 2] as const) {
    const difference = comparePart(left[part], right[part]);
    if (difference) return difference;
  }
  return 0;
}
