import type { KconfigTree } from '../language/index.js';

/** How many names are suggested. */
const MAX_NAMES = 5;

/**
 * Names of the tree that a wrong one may have meant: few edits away, or made of the same words, as `VIRTIO_NET` and
 * `NET_VIRTIO` or `DRM_PANEL_X` and `PANEL_X`. The best first, none when nothing is near.
 */
export function nearestNames(tree: KconfigTree, name: string): string[] {
  return nearestOf(tree.byName.keys(), name);
}

/** The same among other names whose words are joined by `_`. */
export function nearestOf(names: Iterable<string>, name: string): string[] {
  const limit = Math.max(1, Math.floor(name.length / 4));
  const words = wordsOf(name);
  const scored: { name: string; score: number }[] = [];
  for (const candidate of names) {
    if (candidate === name) continue;
    const edits = editDistance(name, candidate, limit);
    const score = Math.min(edits <= limit ? edits : Infinity, wordScore(words, candidate));
    if (score < Infinity) scored.push({ name: candidate, score });
  }
  return scored
    .sort((a, b) => a.score - b.score || a.name.localeCompare(b.name, 'en'))
    .slice(0, MAX_NAMES)
    .map((entry) => entry.name);
}

function wordsOf(name: string): Set<string> {
  return new Set(name.split('_').filter((word) => word !== ''));
}

/** How many words one name has that the other has not, when they share most of theirs. */
function wordScore(words: ReadonlySet<string>, candidate: string): number {
  const others = wordsOf(candidate);
  let shared = 0;
  for (const word of others) if (words.has(word)) shared++;
  const apart = words.size + others.size - 2 * shared;
  return shared > 0 && apart <= Math.min(1, shared - (words.size > 1 ? 1 : 0)) ? 0.5 + apart : Infinity;
}

/** Levenshtein's distance, given up above `limit`. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return Infinity;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substituted, row[j]! + 1, next[j - 1]! + 1));
    }
    if (Math.min(...next) > limit) return Infinity;
    row = next;
  }
  return row[b.length]!;
}
