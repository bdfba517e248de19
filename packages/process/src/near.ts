const NEAR_NAMES = 5;

/** Names that a slip of the finger or two leads to, the nearest first; none when nothing is near. */
export function nearNames(name: string, known: readonly string[]): string[] {
  const limit = Math.max(2, Math.floor(name.length / 4));
  const measured = known.map((other) => ({ other, edits: editDistance(name, other) }));
  const near = measured.filter(({ edits }) => edits <= limit).sort((a, b) => a.edits - b.edits);
  return near.slice(0, NEAR_NAMES).map(({ other }) => other);
}

/** What to say of a name that is not known: the near ones, or where none is near all that there are. */
export function suggestNames(name: string, known: readonly string[]): string {
  const near = nearNames(name, known);
  if (near.length > 0) return `Did you mean ${near.slice(0, 3).join(', or ')}?`;
  return `There are: ${known.join(', ')}`;
}

/** Levenshtein's: letters to insert, delete or replace. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...from].entries()) {
    const next = [index + 1];
    for (const [column, other] of [...to].entries()) {
      const replaced = row[column]! + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, row[column + 1]! + 1, next[column]! + 1));
    }
    row = next;
  }
  return row[to.length]!;
}
