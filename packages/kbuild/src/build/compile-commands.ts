import { isAbsolute, join } from 'node:path';
import { pathExists, readdir, readFile } from 'fs-extra';
import { forClang } from './foreign-flags.js';

/** An entry of a compilation database (clang's "JSON Compilation Database Format Specification"). */
export interface CompileCommand {
  /** Where the command runs: paths in it are relative to that. */
  readonly directory: string;
  /** The source, absolute. */
  readonly file: string;
  /** As a shell would read it. */
  readonly command: string;
}

/** Left out by the kernel's own scripts/clang-tools/gen_compile_commands.py: no objects, or of another build system. */
const LEFT_OUT = ['Documentation', 'include', 'tools'];

/**
 * How clangd is to read each C file that make compiled: from the `.NAME.o.cmd` files that kbuild leaves beside objects,
 * in the kernel's, BusyBox's and U-Boot's output directory alike.
 *
 * gcc's own flags, which clang refuses, are left out of the commands: clangd looks for a `.clangd` with such a list beside
 * the source, and sources lie in a read-only store. So are a launcher, and what would write lists of dependencies.
 *
 * @param objects where make left them, absolute
 * @param directory where make ran its commands, absolute: the output directory, also that of a kernel whose module it is
 * @returns sorted by file
 */
export async function readCompileCommands(objects: string, directory = objects): Promise<CompileCommand[]> {
  const found: CompileCommand[] = [];
  for await (const path of commandFiles(objects, LEFT_OUT)) {
    const entry = parseCommandFile(await readFile(path, 'utf8'), directory);
    // Command files of another kind of build system have other directories.
    if (entry && (await pathExists(entry.file))) found.push(entry);
  }
  return found.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0));
}

async function* commandFiles(directory: string, leftOut: readonly string[]): AsyncGenerator<string> {
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory() && !leftOut.includes(entry.name)) yield* commandFiles(path, []);
    else if (entry.isFile() && /^\..*\.o\.cmd$/.test(entry.name)) yield path;
  }
}

/**
 * Reads one `.cmd` file: its first line is `cmd_OBJECT := COMMAND`, `savedcmd_OBJECT` since Linux 6.7, for make to include,
 * so with `$$` for `$`, and `\#` or `$(pound)` for `#` (scripts/Kbuild.include). A command of objtool's may follow a `;`.
 *
 * @returns undefined for what is made from anything but C
 */
export function parseCommandFile(text: string, directory: string): CompileCommand | undefined {
  const line = text.split('\n', 1)[0]!;
  const match = /^(?:saved)?cmd_\S+\.o := (.*) (\S+\.c) *(?:;|$)/.exec(line);
  if (!match) return undefined;
  // Both groups take part in every match.
  const [, call, source] = match as unknown as [string, string, string];
  const words = call.replaceAll('$(pound)', '#').replaceAll('\\#', '#').replaceAll('$$', '$').split(' ');
  if (/(^|\/)ccache$/.test(words[0]!)) words.shift();
  return {
    directory,
    file: isAbsolute(source) ? source : join(directory, source),
    command: [...words.map((word) => forClang(word, words[0]!)).filter(Boolean), source].join(' '),
  };
}

/**
 * Merges databases for one editor. If several have the same file, as two kernels of the same source do, the first command
 * counts.
 */
export function mergeCompileCommands(databases: readonly (readonly CompileCommand[])[]): CompileCommand[] {
  const known = new Map<string, CompileCommand>();
  for (const entry of databases.flat()) if (!known.has(entry.file)) known.set(entry.file, entry);
  return [...known.values()];
}

/** The text of a `compile_commands.json`. */
export function formatCompileCommands(commands: readonly CompileCommand[]): string {
  return `${JSON.stringify(commands, null, 1)}\n`;
}
