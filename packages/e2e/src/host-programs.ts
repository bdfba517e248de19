import { chmodSync, mkdirSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

/** A `PATH` without these programs: links to all others. */
export function pathWithout(missing: RegExp): string {
  const directory = mkdtempSync(join(tmpdir(), 'bringup-e2e-path-'));
  const seen = new Set<string>();
  for (const place of [...process.env.PATH!.split(delimiter), dirname(process.execPath)]) {
    for (const name of readNames(place)) {
      if (seen.has(name) || missing.test(name)) continue;
      seen.add(name);
      symlinkSync(join(place, name), join(directory, name));
    }
  }
  return directory;
}

function readNames(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/** A `PATH` on which these shell scripts come before the programs of their names. */
export function pathWith(directory: string, scripts: Record<string, string>): string {
  mkdirSync(directory, { recursive: true });
  for (const [name, script] of Object.entries(scripts)) {
    writeFileSync(join(directory, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(directory, name), 0o755);
  }
  return `${directory}${delimiter}${process.env.PATH!}`;
}
