import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** Path → sha256 of every file at or below the given paths, hidden ones too; what is not there is not in it. */
export function snapshot(root: string, paths: readonly string[] = ['']): Record<string, string> {
  const files: Record<string, string> = {};
  const visit = (path: string) => {
    const absolute = join(root, path);
    const found = lstatSync(absolute, { throwIfNoEntry: false });
    if (!found) return;
    if (found.isDirectory())
      readdirSync(absolute)
        .sort()
        .forEach((name) => visit(join(path, name)));
    else if (found.isSymbolicLink()) files[path] = `link ${readlinkSync(absolute)}`;
    else files[path] = createHash('sha256').update(readFileSync(absolute)).digest('hex');
  };
  paths.forEach(visit);
  return files;
}

/** Files that only an interrupted writer leaves. */
export function halfWritten(root: string): string[] {
  return Object.keys(snapshot(root, ['dist', 'bringup.lock', '.bringup'])).filter((path) =>
    /\.(tmp|staged|part)$/.test(path),
  );
}
