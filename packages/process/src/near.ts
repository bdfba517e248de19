const NEAR_NAMES = 5;

/**
 * The known names that a wrong name may have meant: names within a typo or two, in any case, and names made of the same
 * words, such as `NET_VIRTIO` and `VIRTIO_NET`, or `mapped` and `mapped-file`. The best comes first; empty if nothing is close.
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

/** The hint for an unknown name: the closest matches, or all known names if nothing is close. */
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
