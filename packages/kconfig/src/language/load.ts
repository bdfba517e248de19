import { detectDialect, type Dialect } from './dialect.js';
import { finalizeTree } from './finalize.js';
import { Macros } from './macros.js';
import type { KconfigTree } from './model.js';
import { Parser } from './parser.js';
import { runShell, type ShellRunner } from './shell.js';
import { SourceFiles } from './source-files.js';

export interface LoadOptions {
  /** The source tree: `$(srctree)`, and where `source` looks for files. */
  readonly srctree: string;
  /** The first file, relative to the tree. Default: `Kconfig`. */
  readonly root?: string;
  /** The directory conf would run in, searched before the source tree: BusyBox generates its `Config.in` there. */
  readonly objtree?: string;
  /**
   * The only variables that `$(NAME)` and the programs of `$(shell,…)` see: `ARCH`, `SRCARCH`, `CC`, `LD`,
   * `CC_VERSION_TEXT`, `KERNELVERSION`, … as the tree's top Makefile exports them. `srctree` is added.
   */
  readonly environment?: Readonly<Record<string, string>>;
  /** Runs the commands of `$(shell,…)`; see {@link ShellRunner}. Without one they expand to nothing. */
  readonly shell?: ShellRunner;
  /** Results of `$(shell,…)` by command: read first, and filled. They depend on the environment and its tools. */
  readonly shellResults?: Map<string, string>;
  /** Whose rules to follow. Default: those of the tree's own `scripts/kconfig`. */
  readonly dialect?: Dialect;
}

/** Each round may uncover commands that were built from results of the one before. */
const MAX_ROUNDS = 20;

/**
 * Reads a Kconfig file and all that it sources.
 *
 * `$(shell,…)` runs text of the source tree through the given runner, as `conf` runs it: load only trees whose build
 * you would run. As a runner may be asynchronous, the files are parsed as often as it takes until every result is
 * there; with `shellResults` from before that is once.
 *
 * @throws UserError `KCONFIG_SYNTAX` with file:line for what conf would not accept either
 */
export async function loadKconfig(options: LoadOptions): Promise<KconfigTree> {
  const shell = options.shellResults ?? new Map<string, string>();
  for (let round = 0; ; round++) {
    const { tree, missing } = parseOnce(options, shell);
    if (missing.size === 0 || round >= MAX_ROUNDS) return tree;
    await runShell(missing, options.shell ?? (() => ''), shell);
  }
}

function parseOnce(options: LoadOptions, shell: ReadonlyMap<string, string>) {
  const environment = { ...options.environment, srctree: options.environment?.srctree ?? options.srctree };
  const macros = new Macros({ environment, shell });
  const directories = [...(options.objtree === undefined ? [] : [options.objtree]), options.srctree];
  const files = new SourceFiles(directories);
  const parser = new Parser(macros, files, environment, options.root ?? 'Kconfig');
  parser.parse();
  return { tree: buildTree(parser, macros, files, options), missing: macros.missing };
}

function buildTree(parser: Parser, macros: Macros, files: SourceFiles, options: LoadOptions): KconfigTree {
  const { root, table } = parser;
  const dialect = options.dialect ?? detectDialect(options.srctree);
  // BusyBox's conf takes the symbol called MODULES, defined or not; the others look for `modules`.
  const modules =
    parser.modules ?? (dialect.choices === 'first' ? table.symbol('MODULES') : table.symbol('n'));
  finalizeTree(root, { table, modules, dialect });
  return {
    ...{ root, dialect, modules, symbols: table.symbols, byName: table.defined() },
    choices: table.symbols.filter(({ isChoice }) => isChoice),
    files: files.names,
    messages: macros.messages,
    environment: macros.environmentUsed,
  };
}
