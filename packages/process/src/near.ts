const NEAR_NAMES = 5;

/**
 * Names that a wrong one may have meant: what a slip of the finger or two leads to, in capitals or not, or what is made of
 * the same words, as `NET_VIRTIO` and `VIRTIO_NET`, `mapped` and `mapped-file`. The best first; none when nothing is near.
 */
export function nearNames(name: string, known: Iterable<string>): string[] {
  const limit = name.length < 5 ? 1 : Math.max(2, Math.floor(name.length / 4));
  const wanted = { letters: name.toLowerCase(), words: wordsOf(name) };
  const scored: { other: string; score: number }[] = [];
  for (const other of known) {
    if (other === name) continue;
    const edits = editDistance(wanted.letters, other.toLowerCase(), limit);
    const score = Math.min(edits <= limit ? edits : Infinity, wordScore(wanted.words, wordsOf(other)));
    if (score < Infinity) scored.push({ other, score });
  }
  scored.sort((a, b) => a.score - b.score || a.other.localeCompare(b.other, 'en'));
  return scored.slice(0, NEAR_NAMES).map(({ other }) => other);
}

/** What to say of a name that is not known: the near ones, or where none is near all that there are. */
export function suggestNames(name: string, known: readonly string[]): string {
  const near = nearNames(name, known);
  if (near.length > 0) return `Did you mean ${near.slice(0, 3).join(', or ')}?`;
  return `There are: ${known.join(', ')}`;
}

function wordsOf(name: string): Set<string> {
  return new Set(name.toLowerCase().split(/[_-]+/).filter(Boolean));
}

/** How many words one name has that the other has not, when they share most of theirs. */
function wordScore(words: ReadonlySet<string>, others: ReadonlySet<string>): number {
  const shared = [...others].filter((word) => words.has(word)).length;
  const apart = words.size + others.size - 2 * shared;
  return shared > 0 && apart <= Math.min(1, shared - (words.size > 1 ? 1 : 0)) ? 0.5 + apart : Infinity;
}

/** Letters to insert, delete or replace, and neighbours to swap (optimal string alignment); Infinity above `limit`. */
function editDistance(from: string, to: string, limit: number): number {
  if (Math.abs(from.length - to.length) > limit) return Infinity;
  let before: number[] = [];
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = row[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1);
      const swaps = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      const swapped = swaps ? before[j - 2]! + 1 : Infinity;
      next.push(Math.min(replaced, swapped, row[j]! + 1, next[j - 1]! + 1));
    }
    // A swap reaches over one row.
    if (Math.min(...row, ...next) > limit) return Infinity;
    [before, row] = [row, next];
  }
  return row[to.length]!;
}
