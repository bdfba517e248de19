import {
  chmodSync,
  lstatSync,
  lutimesSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

/** Between the new times of files whose old times differ, in milliseconds: what utimes(2) surely tells apart. */
const STEP_MS = 0.002;

/**
 * Makes an output directory look as if it had just been made from another source: command files, dependencies, links and the programs
 * that the build has made name the source by its path. An archive may give source files any time, even one after the last build.
 * So that make does not take unchanged files for new ones, every file here gets a new time; their order stays the same.
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
  const entries = readdirSync(out, { withFileTypes: true, recursive: true }).filter(
    (entry) => !entry.isDirectory(),
  );
  const dated = entries.map((entry) => {
    const file = join(entry.parentPath, entry.name);
    return { entry, file, madeMs: lstatSync(file).mtimeMs };
  });
  for (const { entry, file } of dated) {
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

/** Beside it and renamed: the file may be read-only, or have a second name in a cache. */
function moveFile(file: string, from: Buffer, to: Buffer): void {
  const content = readFileSync(file);
  let at = content.indexOf(from);
  if (at === -1) return;
  for (; at !== -1; at = content.indexOf(from, at + to.length)) to.copy(content, at);
  const aside = `${file}.moved`;
  writeFileSync(aside, content);
  chmodSync(aside, statSync(file).mode);
  renameSync(aside, file);
}
