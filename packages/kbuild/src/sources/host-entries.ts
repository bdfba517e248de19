import { join } from 'node:path';
import { pathExists, readdir, readFile } from 'fs-extra';
import type { HostEntryFile } from './model.js';

/** The files below /etc/apt that hold its entries, chosen by name as apt does. */
export async function readHostEntries(etc = '/etc/apt'): Promise<HostEntryFile[]> {
  const parts = await readdir(join(etc, 'sources.list.d')).catch(() => [] as string[]);
  const names = parts.filter((name) => /^[A-Za-z0-9_.-]+\.(list|sources)$/.test(name)).sort();
  const paths = [join(etc, 'sources.list'), ...names.map((name) => join(etc, 'sources.list.d', name))];
  const files = paths.map(async (name) =>
    (await pathExists(name)) ? [{ name, text: await readFile(name, 'utf8') }] : [],
  );
  return (await Promise.all(files)).flat();
}
