import { formatRequest, parseConfig } from '../config/config-file.js';
import { countsIn, isDirective, type TreeVersion } from '../config/directives.js';

const BYTE_ORDER_MARK = '\uFEFF';

/** The changes to a fragment's lines. */
export interface FragmentChange {
  /** Symbols whose line gets another value, or that get a line. */
  readonly set: ReadonlyMap<string, string>;
  /** Symbols whose lines go. */
  readonly remove: ReadonlySet<string>;
  /** The version of the tree. Lines that `# since:` or `# before:` keeps for other versions do not change. */
  readonly version?: TreeVersion;
}

/**
 * Changes a fragment's text: a symbol's line is replaced where it stands (the last one, which counts), a new symbol's
 * line is added at the end, removed symbols lose all their lines, with the directives above them. Other comments, blank lines, order, a
 * byte order mark and line ends (`\n` or `\r\n`: those of the first line for new ones) stay; a changed fragment ends with a line end.
 */
export function applyFragmentEdit(text: string, { set, remove, version }: FragmentChange): string {
  if (set.size === 0 && remove.size === 0) return text;
  const mark = text.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK : '';
  const lines = linesOf(text.slice(mark.length));
  const newEnd = /\r?\n/.exec(text)?.[0] ?? '\n';
  const lastLine = new Map<string, number>();
  const gone = new Set<number>();
  for (const request of parseConfig(text, 'fragment')) {
    if (version !== undefined && !countsIn(request, version)) continue;
    lastLine.set(request.symbol, request.line - 1);
    if (remove.has(request.symbol)) removeWithDirectives(lines, request.line - 1, gone);
  }
  for (const [symbol, value] of set) {
    const at = lastLine.get(symbol) ?? lines.length;
    lines[at] = { content: formatRequest(symbol, value), end: lines[at]?.end ?? newEnd };
  }
  const kept = lines.filter((_line, index) => !gone.has(index));
  return mark + kept.map(({ content, end }) => content + (end || newEnd)).join('');
}

function removeWithDirectives(lines: readonly Line[], index: number, gone: Set<number>): void {
  gone.add(index);
  for (let above = index - 1; above >= 0 && isDirective(lines[above]!.content); above--) gone.add(above);
}

interface Line {
  readonly content: string;
  /** Empty for a last line that does not end. */
  readonly end: string;
}

function linesOf(text: string): Line[] {
  const matches = text.matchAll(/([^\n]*?)(\r?\n|$)/g);
  return [...matches]
    .map(([, content, end]) => ({ content: content!, end: end! }))
    .filter(({ content, end }) => content + end !== '');
}
