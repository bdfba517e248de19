import {
  lstatSync,
  lutimesSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

/** Between two files that were not made at the same time: in this many milliseconds each has a time of its own. */
const STEP_MS = 0.001;

/**
 * Makes an output directory look as if it had just been made from another place: command files, dependencies and links name the
 * source by its path, and so do programs that were made for the build. Archives date the source's files as they like, even later than
 * the last build; so that make does not take files that did not change for new ones, everything here is dated anew, in the
 * order in which it was made.
 *
 * @param path of the source, before and now: equally long, so that it can be replaced in programs as well
 * @param nowMs the time of what was made last, in milliseconds since 1970
 */
export function moveOut(
  out: string,
  path: { readonly from: string; readonly to: string },
  nowMs: number,
): void {
  const [from, to] = [Buffer.from(path.from), Buffer.from(path.to)];
  const dated: { file: string; madeMs: number }[] = [];
  for (const entry of readdirSync(out, { withFileTypes: true, recursive: true })) {
    const file = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) continue;
    dated.push({ file, madeMs: lstatSync(file).mtimeMs });
    if (entry.isSymbolicLink()) moveLink(file, path);
    else if (entry.isFile()) moveFile(file, from, to);
  }
  const times = [...new Set(dated.map(({ madeMs }) => madeMs))].sort((a, b) => b - a);
  const later = new Map(times.map((madeMs, index) => [madeMs, (nowMs - index * STEP_MS) / 1000]));
  for (const { file, madeMs } of dated) lutimesSync(file, later.get(madeMs)!, later.get(madeMs)!);
}

function moveLink(file: string, { from, to }: { readonly from: string; readonly to: string }): void {
  const target = readlinkSync(file);
  if (!target.includes(from)) return;
  unlinkSync(file);
  symlinkSync(target.replaceAll(from, to), file);
}

function moveFile(file: string, from: Buffer, to: Buffer): void {
  const content = readFileSync(file);
  let at = content.indexOf(from);
  if (at === -1) return;
  for (; at !== -1; at = content.indexOf(from, at + to.length)) to.copy(content, at);
  writeFileSync(file, content, { flag: 'r+' });
}
