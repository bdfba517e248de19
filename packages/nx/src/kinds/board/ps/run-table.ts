import { formatForward, type Run } from '@bringup/qemu';

const HEAD = ['ID', 'BOARD', 'KIND', 'PID', 'UP', 'FORWARDS'];

/** Runs as a table with a head, columns aligned. */
export function formatRuns(runs: readonly Run[], now: Date): string {
  const rows = [HEAD, ...runs.map((run) => row(run, now))];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((cells) => cells[column]!.length)));
  return rows
    .map((cells) =>
      cells
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function row({ record }: Run, now: Date): string[] {
  const { id, kind, board = '-', configuration, qemu, startedAt, forwards } = record;
  return [
    ...[id, configuration === undefined ? board : `${board}:${configuration}`, kind],
    String(qemu?.pid ?? '-'),
    formatDuration(now.getTime() - Date.parse(startedAt)),
    forwards.map(formatForward).join(', ') || '-',
  ];
}

/** `5 s`, `3 min 20 s`, `2 h 5 min`: two units at most. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(Math.floor(ms / 1000), 0);
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (hours > 0) return `${hours} h ${minutes % 60} min`;
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
}
