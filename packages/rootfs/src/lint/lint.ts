import { lintExecutables } from './lint-executables.js';
import { lintInittab, usesInittab } from './lint-inittab.js';
import { lintModules } from './lint-modules.js';
import type { FileTree } from '../tree/file-tree.js';
import { PROGRAM_DIRECTORIES } from '../init/base.js';
import { resolveInTree } from '../tree/resolve.js';
import type { TreeProblem } from './tree-problem.js';

/**
 * Looks for what only shows after a boot: no init, one that cannot run, missing interpreters and libraries, no
 * console. The order is that of the checks, then of the paths.
 *
 * @param options.init the program the kernel starts: `/init`, or what `rdinit=` says
 * @param options.programs what init must find in the usual directories of programs: `mount`
 */
export async function lintTree(
  tree: FileTree,
  options: { init: string; programs?: readonly string[] },
): Promise<TreeProblem[]> {
  const init = options.init.replace(/^\/+/, '');
  const problems = [...lintInit(tree, init), ...lintConsole(tree)];
  problems.push(...lintPrograms(tree, init, options.programs ?? []));
  if (usesInittab(tree, init)) problems.push(...lintInittab(tree));
  problems.push(...lintExecutables(tree), ...lintModules(tree));
  return problems;
}

function lintInit(tree: FileTree, init: string): TreeProblem[] {
  const problem = (code: string, message: string) => [{ code, path: init, message: `/${init}: ${message}` }];
  const resolution = resolveInTree(tree, init);
  if (!resolution.found) {
    if (resolution.links > 0) {
      const dangling = `the symlink leads to ${resolution.missing}, which is not in the tree. Add that program`;
      return problem('INIT_DANGLING', `${dangling}, or correct the link`);
    }
    const remedy = 'name an init style, add the file, or set rdinit= to the program that is to be the first';
    return problem('INIT_MISSING', `the kernel finds no init. To cure it, ${remedy}`);
  }
  const { entry, path } = resolution;
  if (entry?.type !== 'file') {
    return problem(
      'INIT_KIND',
      `leads to a ${entry?.type ?? 'directory'}; init must be a program or a script`,
    );
  }
  if ((entry.mode & 0o111) !== 0) return [];
  return problem('INIT_NOT_EXECUTABLE', `the kernel cannot run it: chmod +x ${path} (git keeps that bit)`);
}

function lintPrograms(tree: FileTree, init: string, programs: readonly string[]): TreeProblem[] {
  const missing = programs.filter(
    (name) => !PROGRAM_DIRECTORIES.some((path) => isProgram(tree, `${path}/${name}`)),
  );
  if (missing.length === 0) return [];
  const message = `/${init}: needs ${missing.join(', ')}, which ${PROGRAM_DIRECTORIES.join(', ')} do not have: take a BusyBox that has them`;
  return [{ code: 'INIT_PROGRAM_MISSING', path: init, message }];
}

function isProgram(tree: FileTree, path: string): boolean {
  const resolution = resolveInTree(tree, path);
  return resolution.found && resolution.entry?.type === 'file' && (resolution.entry.mode & 0o111) !== 0;
}

function lintConsole(tree: FileTree): TreeProblem[] {
  const path = 'dev/console';
  const node = tree.get(path);
  if (node?.type === 'device' && node.kind === 'char' && node.major === 5 && node.minor === 1) return [];
  const message = `/dev/console: ${node ? 'is not the console device' : 'is missing'}, so init starts without input and output. Add a character device 5:1, mode 0600`;
  return [{ code: 'CONSOLE_MISSING', path, message }];
}
