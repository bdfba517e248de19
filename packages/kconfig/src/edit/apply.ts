import { formatRequest, parseConfig } from '../config-file.js';

/**
 * Changes a fragment's text: a symbol's line is replaced where it stands (the last one, which counts), a new symbol's
 * line is added at the end, removed symbols lose all their lines. Comments, blank lines, order and the kind of line end
 * stay.
 */
export function applyFragmentEdit(
  text: string,
  set: ReadonlyMap<string, string>,
  remove: ReadonlySet<string> = new Set(),
): string {
  const end = text.includes('\r\n') ? '\r\n' : '\n';
  const lines = text === '' ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/);
  const lastLine = new Map<string, number>();
  const gone = new Set<number>();
  for (const { symbol, line } of parseConfig(text, 'fragment')) {
    lastLine.set(symbol, line - 1);
    if (remove.has(symbol)) gone.add(line - 1);
  }
  for (const [symbol, value] of set) {
    const line = formatRequest(symbol, value);
    const at = lastLine.get(symbol);
    if (at === undefined) lines.push(line);
    else lines[at] = line;
  }
  const kept = lines.filter((_line, index) => !gone.has(index));
  return kept.length === 0 ? '' : kept.map((line) => line + end).join('');
}
