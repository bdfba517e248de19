/** A run of lines that a patch changes, as it stands in the patch file. */
export interface Hunk {
  /** The number of its `@@` line in the patch file, from 1. */
  readonly line: number;
  /** Where its first line is in the file as it was, from 1. */
  readonly start: number;
  /** The lines that the file has to have: context and removed lines. */
  readonly before: readonly string[];
}

/** The part of a patch that is about one file. */
export interface FilePatch {
  /** The two names as the patch has them, with their leading `a/` and `b/`; `/dev/null` for a file that is not there. */
  readonly from: string;
  readonly to: string;
  /** The number of its `---` line in the patch file, from 1. */
  readonly line: number;
  readonly hunks: readonly Hunk[];
}

/** A reason why a text cannot be read as a unified diff. */
interface PatchFault {
  /** In the patch file, from 1. */
  readonly line: number;
  readonly problem: string;
}

const HUNK = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;

/**
 * Reads a unified diff, with whatever text stands around it (a mail, a commit message). GNU patch guesses where a hunk has fewer lines
 * than it announces; here that is a fault.
 *
 * Format: "Detailed Description of Unified Format" in the manual of GNU diffutils.
 *
 * @param text decoded as latin1, so that every byte is a character
 */
export function readPatch(text: string): { readonly files: FilePatch[]; readonly faults: PatchFault[] } {
  const lines = text.split('\n');
  const files: FilePatch[] = [];
  const faults: PatchFault[] = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at]!;
    if (line.startsWith('--- ') && lines[at + 1]?.startsWith('+++ ')) {
      const [file, end] = readFile(lines, at, faults);
      files.push(file);
      at = end;
      continue;
    }
    const problem = unreadable(line);
    if (problem !== undefined) faults.push({ line: at + 1, problem });
    at += 1;
  }
  return { files, faults };
}

/** Contents that are not a unified diff, although they are in a patch. */
function unreadable(line: string): string | undefined {
  if (/^GIT binary patch\b/.test(line)) return 'a binary change of git';
  const encoding = /^Content-Transfer-Encoding:\s*(quoted-printable|base64)/i.exec(line)?.[1];
  return encoding === undefined ? undefined : `a mail in ${encoding.toLowerCase()}`;
}

function readFile(lines: readonly string[], start: number, faults: PatchFault[]): [FilePatch, number] {
  const hunks: Hunk[] = [];
  let at = start + 2;
  while (at < lines.length) {
    const head = HUNK.exec(lines[at]!);
    if (!head) break;
    const [before, end] = readBody(lines, at, head, faults);
    hunks.push({ line: at + 1, start: Number(head[1]), before });
    at = end;
  }
  return [{ from: nameIn(lines[start]!), to: nameIn(lines[start + 1]!), line: start + 1, hunks }, at];
}

/** The name on a `---` or `+++` line. diff puts a tab and the file's time behind it. */
function nameIn(line: string): string {
  return line.slice(4).split('\t')[0]!.trimEnd();
}

function readBody(
  lines: readonly string[],
  start: number,
  head: RegExpExecArray,
  faults: PatchFault[],
): [string[], number] {
  let [old, added] = [Number(head[2] ?? 1), Number(head[4] ?? 1)];
  const before: string[] = [];
  let at = start + 1;
  for (; at < lines.length && old + added > 0; at += 1) {
    if (lines[at]!.startsWith('\\')) continue; // "\ No newline at end of file"
    const kind = kindOf(lines, at);
    if (kind === undefined) break;
    if (kind !== '+') before.push(lines[at]!.replace(/\r$/, '').slice(1));
    old -= Number(kind !== '+');
    added -= Number(kind !== '-');
  }
  if (old !== 0 || added !== 0) {
    const problem = `the hunk ${head[0]} has not as many lines as it announces: the patch is cut short, or was edited by hand`;
    faults.push({ line: start + 1, problem });
  }
  while (lines[at]?.startsWith('\\')) at += 1;
  return [before, at];
}

/** The kind of a hunk's line; undefined for a line that does not belong to the hunk. Mail programs drop the blank of an empty context line. */
function kindOf(lines: readonly string[], at: number): ' ' | '+' | '-' | undefined {
  const first = lines[at]!.replace(/\r$/, '')[0];
  if (first === undefined) return at === lines.length - 1 ? undefined : ' ';
  return first === ' ' || first === '+' || first === '-' ? first : undefined;
}
