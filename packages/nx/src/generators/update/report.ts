import { lockedIdentity, type LockedSource } from '@bringup/kbuild';
import { describeLocked } from '../../lock/locked.js';

/** An entry of the lock that moves; without `from` it is new. */
interface Move<T> {
  /** The project of a source, or the tool. */
  readonly name: string;
  readonly from: T | undefined;
  readonly to: T;
}

/** The changes of an update of the whole lock. */
export interface Moves {
  readonly sources: Move<LockedSource>[];
  readonly tools: readonly Move<string>[];
  /** Tools that this machine lacks, or that are used with one it lacks: their entries stay. */
  readonly lacking: readonly string[];
  readonly failures: { readonly project: string; readonly message: string }[];
}

/** The line that says what moved. Below it: the tools that this machine lacks, but not with `--ifNeeded`. */
export function formatMoves(moves: Moves, isDryRun: boolean, ifNeeded: boolean): string {
  const sources = grouped(withRevisions(moves.sources), (text) => text, shortSources).map(
    ([change, projects]) => `${change} (${projects.join(', ')})`,
  );
  const tools = grouped(moves.tools, (line) => line, shortVersions).map(([change, names]) =>
    [names.join(', '), change].filter(Boolean).join(' '),
  );
  const changes = [...sources, ...tools];
  const did = isDryRun ? 'would move on' : 'moved on';
  const line = changes.length === 0 ? 'bringup.lock holds' : `bringup.lock ${did}: ${changes.join('; ')}`;
  const lacking =
    moves.lacking.length === 0 || ifNeeded
      ? ''
      : `This machine lacks ${moves.lacking.join(', ')}, or a tool used with them: their entries stay.\n`;
  return `${line}\n${lacking}`;
}

/** The same for scripts. */
export function movesJson(moves: Moves, dryRun: boolean): string {
  return `${JSON.stringify({ dryRun, ...moves }, null, 2)}\n`;
}

/** Sources as text: with the start of the commit or checksum where name and version do not tell old and new apart. */
function withRevisions(moves: readonly Move<LockedSource>[]): Move<string>[] {
  return moves.map(({ name, from, to }) => {
    const [before, after] = [from && describeLocked(from), describeLocked(to)];
    if (before !== after) return { name, from: before, to: after };
    const revision = (source: LockedSource) => lockedIdentity(source).slice(0, 12);
    return { name, from: `${before} ${revision(from!)}`, to: `${after} ${revision(to)}` };
  });
}

/** The names of what moves in the same way, by what is to be said about it. */
function grouped<T>(
  moves: readonly Move<T>[],
  text: (entry: T) => string,
  short: (from: string, to: string) => [string, string] | undefined,
): [string, string[]][] {
  const groups = new Map<string, string[]>();
  for (const { name, from, to } of moves) {
    const shown = from === undefined ? undefined : short(text(from), text(to));
    const change = from === undefined ? `${text(to)}, new` : (shown?.join(' → ') ?? '');
    groups.set(change, [...(groups.get(change) ?? []), name]);
  }
  return [...groups];
}

/** `busybox 1.35 → 1.37`, and both names where they differ. */
function shortSources(from: string, to: string): [string, string] {
  const [name, ...version] = to.split(' ');
  return [from, from.startsWith(`${name} `) && version.length > 0 ? version.join(' ') : to];
}

/** The numbers in the version lines of a tool. Both lines if the numbers are equal; nothing for a tool that has only a hash. */
function shortVersions(from: string, to: string): [string, string] | undefined {
  const number = (line: string) => /\b\d+(?:\.\d+)+[\w.+~:-]*/.exec(line)?.[0];
  const [before, after] = [number(from), number(to)];
  if (/\bsha256\b/.test(to)) return undefined;
  return before === undefined || after === undefined || before === after ? [from, to] : [before, after];
}
