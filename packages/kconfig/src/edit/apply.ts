import { formatRequest, parseConfig } from '../config/config-file.js';

const BYTE_ORDER_MARK = '\uFEFF';

/**
 * Changes a fragment's text: a symbol's line is replaced where it stands (the last one, which counts), a new symbol's
 * line is added at the end, removed symbols lose all their lines. Comments, blank lines, order, a byte order mark and
 * line ends (`\n` or `\r\n`: those of the first line for new ones) stay; a changed fragment ends with a line end.
 */
export function applyFragmentEdit(
  text: string,
  set: ReadonlyMap<string, string>,
  remove: ReadonlySet<string> = new Set(),
): string {
  if (set.size === 0 && remove.size === 0) return text;
  const mark = text.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK : '';
  const lines = linesOf(text.slice(mark.length));
  const newEnd = /\r?\n/.exec(text)?.[0] ?? '\n';
  const lastLine = new Map<string, number>();
  const gone = new Set<number>();
  for (const { symbol, line } of parseConfig(text, 'fragment')) {
    lastLine.set(symbol, line - 1);
    if (remove.has(symbol)) gone.add(line - 1);
  }
  for (const [symbol, value] of set) {
    const at = lastLine.get(symbol) ?? lines.length;
    lines[at] = { content: formatRequest(symbol, value), end: lines[at]?.end ?? newEnd };
  }
  const kept = lines.filter((_line, index) => !gone.has(index));
  return mark + kept.map(({ content, end }) => content + (end || newEnd)).join('');
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
