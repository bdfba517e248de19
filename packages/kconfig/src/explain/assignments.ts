/** Values to be given to symbols, as `.config` writes them. */
export type Assignments = ReadonlyMap<string, string>;

/** How many ways are kept at each step; the cheapest. */
export const WIDTH = 8;
/** The single way that needs no assignment. */
export const NOTHING: readonly Assignments[] = [new Map()];

/** Every way of the one with every way of the other that does not contradict it. */
export function both(
  ways: readonly Assignments[],
  others: () => readonly Assignments[],
): readonly Assignments[] {
  if (ways.length === 0) return [];
  const seconds = others();
  const merged = ways.flatMap((way) =>
    seconds.flatMap((other) => {
      const together = new Map(way);
      for (const [name, value] of other) {
        if ((together.get(name) ?? value) !== value) return [];
        together.set(name, value);
      }
      return [together];
    }),
  );
  return best(merged);
}

/** Switches that open doors by the way: to be proposed only where nothing else will do. */
const LAST_RESORT: ReadonlySet<string> = new Set(['COMPILE_TEST', 'EXPERT', 'EMBEDDED', 'STAGING', 'BROKEN']);

/** Something switched off costs more than something switched on: it takes a feature away. */
function costOf(way: Assignments): number {
  let cost = 0;
  for (const [name, value] of way) cost += LAST_RESORT.has(name) ? 4 : value === 'n' ? 1.5 : 1;
  return cost;
}

/** The cheapest few, each once. */
export function best(ways: readonly Assignments[]): readonly Assignments[] {
  const distinct = new Map(ways.map((way) => [[...way].map(String).sort().join(), way]));
  return [...distinct.values()].sort((a, b) => costOf(a) - costOf(b)).slice(0, WIDTH);
}
