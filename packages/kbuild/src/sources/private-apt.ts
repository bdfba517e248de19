import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { ensureDir, readFile } from 'fs-extra';
import { ToolError, withLock, writeFileAside, type Argv, type RunOptions } from '@bringup/process';
import { formatEntries, readEntries } from './apt-entries.js';
import { APT_CONFIGURATION, planAptOptions, runApt } from './apt-program.js';
import { readHostEntries } from './host-entries.js';
import type { SourceContext } from './model.js';
import { ensureWritable } from './writable.js';

/** Lines by which `apt-get update` says that a list is missing or old; it may exit with 0 all the same. */
const REFRESH_FAILURE = /^E: |^W: (Failed to fetch|Some index files|GPG error|An error occurred)/;

/** Package lists that this process has refreshed, and what went wrong with each. */
const refreshed = new Map<string, readonly string[]>();

/** apt over a private set of lists; it lives as long as the lock on them. */
export interface PrivateApt {
  /** stdout of an apt program. Exit code 100, apt's "nothing found", does not count as a failure. */
  query(program: 'apt-cache', ...args: string[]): Promise<string>;
  /** Runs apt-get in `directory`. */
  get(directory: string, ...args: string[]): Promise<void>;
  /** Fetches the lists anew, once per process unless the context says `force`. */
  refresh(): Promise<void>;
  /** Whether {@link refresh} has run in this process, and the complaints it had. */
  failures(): readonly string[] | undefined;
}

/**
 * Runs `work` with apt on the lists below `<home>/apt`; others wait, because apt reads them while it downloads.
 *
 * @param purpose the work, in words that follow "which is", for those who wait
 */
export async function withPrivateApt<T>(
  ctx: SourceContext,
  purpose: string,
  work: (apt: PrivateApt) => Promise<T>,
): Promise<T> {
  const directory = join(ctx.home, 'apt');
  await ensureWritable(ctx.home, ['apt']);
  const options = { purpose, onWait: ctx.onWait, signal: ctx.signal };
  return withLock(join(directory, 'lock'), options, async () => {
    const entries = formatEntries(readEntries(ctx.hostEntries ?? (await readHostEntries())));
    if (!entries) {
      throw new ToolError(
        'APT_NO_ENTRIES',
        'no package archive is configured below /etc/apt, so there is none to take sources from. Add one, or use a source of kind "tarball".',
      );
    }
    return work(await openApt(directory, entries, ctx));
  });
}

async function openApt(directory: string, entries: string, ctx: SourceContext): Promise<PrivateApt> {
  // Hosts (containers) that share a home may have different entries: each finds its own by this name.
  const name = createHash('sha256').update(entries).digest('hex').slice(0, 12);
  const sources = join(directory, `${name}.sources`);
  const configuration = join(directory, 'bringup.conf');
  await Promise.all(
    ['lists/partial', 'cache/archives/partial', 'state'].map((part) => ensureDir(join(directory, part))),
  );
  await writeIfDifferent(sources, entries);
  await writeIfDifferent(configuration, APT_CONFIGURATION);
  await writeIfDifferent(join(directory, 'status'), '');
  const options = ['-c', configuration, ...planAptOptions(directory, sources)];
  const run = (argv: Argv, more: RunOptions) => runApt(argv, { ...more, signal: ctx.signal });
  const key = `${directory}/${name}`;
  let forced = false;
  return {
    query: async (program, ...args) =>
      (await run([program, ...options, ...args], { okExitCodes: [0, 100] })).stdout,
    get: async (cwd, ...args) => void (await run(['apt-get', ...options, ...args], { cwd })),
    failures: () => refreshed.get(key),
    refresh: async () => {
      if (refreshed.has(key) && (!ctx.force || forced)) return;
      forced = true;
      ctx.onProgress?.({ what: 'package lists', note: 'refreshing' });
      const lines: string[] = [];
      const onLine = (line: string) => void (REFRESH_FAILURE.test(line) && lines.push(line));
      await run(['apt-get', ...options, 'update'], { okExitCodes: [0, 100], onLine });
      for (const note of lines) ctx.onProgress?.({ what: 'package lists', note });
      refreshed.set(key, lines);
    },
  };
}

async function writeIfDifferent(path: string, content: string): Promise<void> {
  const present = await readFile(path, 'utf8').catch(() => undefined);
  if (present !== content) await writeFileAside(path, content);
}
