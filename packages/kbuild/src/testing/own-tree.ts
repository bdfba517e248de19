import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sha256File, ToolError } from '@bringup/process';
import { build } from '../build/build.js';
import { buildLog } from '../kept-output/index.js';
import { KCONFIG_PROGRAMS } from '../programs/programs.js';
import { describeParts } from '../sources/describe-parts.js';
import type { SourceTree } from '../sources/index.js';

const FIXTURE = join(__dirname, '../../fixtures/fake-kernel');
const GIT = ['-c', 'user.name=a', '-c', 'user.email=a@example.org', '-c', 'commit.gpgSign=false'];

/** Files that the stand-in for a kernel gets, so that there are headers. */
const HEADERS = {
  'include/a.h': '#define A 1\n',
  'include/b.h': '#define B 1\n',
  'kernel/printk.c': '#include <a.h>\nconst int printk = A; const char *const printk_file = __FILE__;\n',
  'net/core.c': '#include <a.h>\n#include <b.h>\nconst int net = A + B;\n',
};
export const CONFIG = 'CONFIG_LOCALVERSION=""\nCONFIG_PRINTK=y\nCONFIG_NET=y\nCONFIG_NR_CPUS=4\n';

/** A user's own tree of the stand-in for a kernel, in git, and a kept output directory. */
export class OwnTree {
  readonly tree: string;
  readonly out: string;
  private fresh = 0;
  config = CONFIG;
  readonly notes: string[] = [];
  /** The message of the last make that failed. */
  failure = '';

  /** @param directory is made, and removed by {@link remove} */
  constructor(private readonly directory: string) {
    this.tree = join(directory, 'linux');
    this.out = join(directory, 'out');
    cpSync(FIXTURE, this.tree, { recursive: true });
    for (const [name, text] of Object.entries(HEADERS)) this.write(name, text);
    execFileSync('git', ['init', '--quiet', '--initial-branch=main', this.tree]);
    this.commit();
  }

  remove(): void {
    rmSync(this.directory, { recursive: true });
  }

  git(...args: string[]): string {
    return execFileSync('git', [...GIT, ...args], { cwd: this.tree, encoding: 'utf8', stdio: 'pipe' });
  }

  commit(...args: string[]): void {
    this.git('add', '--all');
    this.git('commit', '--quiet', '--allow-empty', '--message=an edit', ...args);
  }

  path(name: string): string {
    return join(this.tree, name);
  }

  read(name: string): string {
    return readFileSync(this.path(name), 'utf8');
  }

  /** @param seconds the file's time, since 1970 */
  write(name: string, text: string, seconds?: number): void {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), text);
    if (seconds !== undefined) utimesSync(this.path(name), seconds, seconds);
  }

  /** A copy of the tree as the store has sources: read by nobody else, dated now. @param name of 32 digits */
  store(name: string): SourceTree {
    const path = join(this.directory, 'sources', name.padStart(32, '0'));
    cpSync(this.tree, path, { recursive: true, filter: (from) => !from.endsWith('/.git') });
    return { path, identity: name, epoch: 315_532_800 };
  }

  /**
   * Builds in the kept directory.
   *
   * @param source default: the present tree
   * @returns the compiled files and the hashes of the results; undefined if make failed
   */
  async build(
    source?: SourceTree,
  ): Promise<{ compiled: string[]; hashes: Record<string, string> } | undefined> {
    const hashes = await this.buildIn(this.out, source);
    return hashes && { compiled: compiledIn(this.out), hashes };
  }

  /** The hashes of what a build in a new directory makes. */
  async buildFromNothing(source?: SourceTree): Promise<Record<string, string> | undefined> {
    const out = join(this.directory, `fresh-${this.fresh++}`);
    const hashes = await this.buildIn(out, source);
    rmSync(out, { recursive: true });
    return hashes;
  }

  private async buildIn(
    out: string,
    given: SourceTree | undefined,
  ): Promise<Record<string, string> | undefined> {
    this.notes.length = 0;
    const home = join(this.directory, 'home');
    const source = given ?? (await describeParts(this.tree, home, 'kernel', ['build'])).build;
    const request = {
      program: KCONFIG_PROGRAMS.kernel,
      make: {
        arch: 'x86_64' as const,
        variables: ['ARCH=x86_64'],
        crossCompile: 'x86_64-linux-gnu-',
        llvm: false,
        source,
        out,
        jobs: 2,
      },
      tools: {},
      config: this.config,
      label: 'mine',
      onNote: (note: string) => void this.notes.push(note),
    };
    try {
      const artifacts = await build(request);
      const entries = Object.entries(artifacts).map(async ([name, file]) => [name, await sha256File(file)]);
      return Object.fromEntries(await Promise.all(entries)) as Record<string, string>;
    } catch (error) {
      if (error instanceof ToolError && error.code === 'TOOL_FAILED') {
        this.failure = error.message;
        return undefined;
      }
      throw error;
    }
  }
}

function compiledIn(out: string): string[] {
  const lines = readFileSync(buildLog(out), 'utf8').split('\n');
  return lines.flatMap((line) => /^ {2}CC +(\S+)\.o$/.exec(line)?.[1] ?? []).sort();
}
