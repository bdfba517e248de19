import { execFileSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  build,
  buildLog,
  crossPrefix,
  describeParts,
  planDtbs,
  planMake,
  type MakeSetting,
  type SourceTree,
} from '@bringup/kbuild';
import { runProgram, sha256File } from '@bringup/process';
import { openTree, type RealTree } from './kconfig-trees.js';

/** A device tree of a board that is made beside the kernel. */
const DTB = 'allwinner/sun50i-a64-pine64';
const ON = ['PRINTK', 'PROC_FS', 'ARCH_SUNXI', 'BLK_DEV_INITRD', 'BINFMT_ELF'];
const GIT = ['-c', 'user.name=a', '-c', 'user.email=a@example.org', '-c', 'gc.auto=0'];

/** The results of one build. */
interface Made {
  /** Targets of the compiler and of dtc, sorted, without those of each link. */
  readonly compiled: string[];
  /** Of each artifact. */
  readonly hashes: Readonly<Record<string, string>>;
  readonly notes: readonly string[];
}

/** A git tree of the real kernel, with the smallest arm64 configuration that has a device tree, and a kept output directory. */
export class RealKernel {
  readonly tree: string;
  readonly out: string;
  config = '';
  private fresh = 0;

  private constructor(
    private readonly directory: string,
    private readonly stored: RealTree,
  ) {
    this.tree = join(directory, 'linux');
    this.out = join(directory, 'out');
  }

  /** @param directory is made, and has everything */
  static async make(directory: string): Promise<RealKernel> {
    const kernel = new RealKernel(directory, await openTree('linux-arm64'));
    mkdirSync(directory);
    execFileSync('cp', ['-r', '--preserve=mode,links', kernel.stored.source.path, kernel.tree]);
    execFileSync('chmod', ['-R', 'u+w', kernel.tree]);
    kernel.git('init', '--quiet', '--initial-branch=main');
    kernel.git('add', '--all', '--force');
    kernel.git('commit', '--quiet', '--message=base');
    await kernel.configure();
    return kernel;
  }

  git(...args: string[]): void {
    execFileSync('git', [...GIT, ...args], { cwd: this.tree, stdio: 'pipe' });
  }

  commit(...args: string[]): void {
    this.git('add', '--all', '--force');
    this.git('commit', '--quiet', '--allow-empty', '--message=edit', ...args);
  }

  path(name: string): string {
    return join(this.tree, name);
  }

  /** @param seconds the time that the file gets, since 1970 */
  append(name: string, text: string, seconds?: number): void {
    appendFileSync(this.path(name), text);
    if (seconds !== undefined) utimesSync(this.path(name), seconds, seconds);
  }

  replace(name: string, from: string, to: string): void {
    const text = readFileSync(this.path(name), 'utf8');
    if (!text.includes(from)) throw new Error(`${name} has no ${from}`);
    writeFileSync(this.path(name), text.replace(from, to));
  }

  /** Makes {@link config} from the current tree. @param more additional lines */
  async configure(more: readonly string[] = []): Promise<void> {
    const out = join(this.directory, 'config');
    const source = { ...this.stored.source, path: this.tree };
    const run = async (goal: string) => {
      const { argv, env } = planMake(this.setting(source, out), [goal]);
      await runProgram(argv, { env });
    };
    rmSync(out, { recursive: true, force: true });
    mkdirSync(out);
    await run('tinyconfig');
    const lines = [...ON.map((symbol) => `CONFIG_${symbol}=y`), ...more];
    appendFileSync(join(out, '.config'), `${lines.join('\n')}\n`);
    await run('olddefconfig');
    this.config = readFileSync(join(out, '.config'), 'utf8');
  }

  /** Targets of the compiler and of dtc in the output directory whose dependencies name a file. */
  dependents(name: string): string[] {
    const found = execFileSync('grep', ['-rlF', '--include=.*.cmd', name, this.out], { encoding: 'utf8' });
    return found
      .trim()
      .split('\n')
      .map((file) => file.slice(this.out.length + 1).replace(/(^|\/)\.([^/]+)\.cmd$/, '$1$2'))
      .filter((target) => /\.(o|s|dtb)$/.test(target) && !LINKED.test(target))
      .sort();
  }

  /** Builds the tree in the kept directory. @param given another tree in place of it */
  async build(given?: SourceTree): Promise<Made> {
    return this.buildIn(this.out, given);
  }

  /** The artifacts of a build in a new directory. */
  async buildFromNothing(given?: SourceTree): Promise<Made['hashes']> {
    const out = join(this.directory, `fresh-${this.fresh++}`);
    const { hashes } = await this.buildIn(out, given);
    rmSync(out, { recursive: true });
    return hashes;
  }

  /** A copy of the tree as the store has sources. @param name two of them have names of the same length */
  store(name: string): SourceTree {
    const path = join(this.directory, name);
    cpSync(this.tree, path, { recursive: true, filter: (from) => from !== join(this.tree, '.git') });
    return { path, identity: name, epoch: this.stored.source.epoch };
  }

  private setting(source: SourceTree, out: string): MakeSetting {
    const { program, arch } = this.stored;
    const variables = program.variables(arch);
    const ccacheDirectory = process.env.CCACHE_DIR;
    return {
      arch,
      variables,
      crossCompile: crossPrefix(arch),
      llvm: false,
      source,
      out,
      jobs: 2,
      ccacheDirectory,
    };
  }

  private async buildIn(out: string, given: SourceTree | undefined): Promise<Made> {
    const home = join(this.directory, 'home');
    const source = given ?? (await describeParts(this.tree, home, 'kernel', ['build'])).build;
    const notes: string[] = [];
    const { program, arch } = this.stored;
    const artifacts = await build({
      program,
      make: this.setting(source, out),
      tools: {},
      config: this.config,
      label: 'mine',
      extra: planDtbs(arch, [DTB]),
      onNote: (note) => void notes.push(note),
    });
    const hashes: Record<string, string> = {};
    for (const [name, file] of Object.entries(artifacts)) hashes[name] = await sha256File(file);
    const lines = readFileSync(buildLog(out), 'utf8').split('\n');
    const compiled = lines.flatMap((line) => /^ {2}(?:CC|AS|DTC) +(\S+)$/.exec(line)?.[1] ?? []);
    return { compiled: compiled.filter((target) => !LINKED.test(target)).sort(), hashes, notes };
  }
}

/** Made at each link of vmlinux (scripts/link-vmlinux.sh), or each time that make runs. */
const LINKED =
  /^(init\/version(-timestamp)?\.o|\.vmlinux\.export\.o|\.tmp_vmlinux\S*|\.btf\S*|\S*modules?\.\S*)$/;
