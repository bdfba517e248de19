import { posix } from 'node:path';
import { openContent } from '../tree/content.js';
import type { FileTree } from '../tree/file-tree.js';
import type { TreeProblem } from './tree-problem.js';
import { resolveInTree } from '../tree/resolve.js';

/** BusyBox init/init.c: what runs first where there is no /etc/inittab (INIT_SCRIPT). */
const DEFAULT_SYSINIT = '/etc/init.d/rcS';

interface InittabLine {
  action: string;
  program: string;
}

/** True when the init that will run reads /etc/inittab: BusyBox's, or another program that finds one. */
export function usesInittab(tree: FileTree, init: string): boolean {
  const resolution = resolveInTree(tree, init);
  if (!resolution.found || resolution.entry?.type !== 'file') return false;
  if (posix.basename(resolution.path) === 'busybox') return true;
  const content = openContent(resolution.path, resolution.entry.content);
  try {
    return content.read(0, 2).toString('latin1') !== '#!' && tree.get('etc/inittab') !== undefined;
  } finally {
    content.close();
  }
}

/** The programs of /etc/inittab, or BusyBox init's default where there is none. */
export function lintInittab(tree: FileTree): TreeProblem[] {
  const lines = readInittab(tree);
  if (lines) return lines.flatMap((line) => lintProgram(tree, 'etc/inittab', line));
  const line = { action: 'sysinit', program: DEFAULT_SYSINIT };
  return lintProgram(tree, DEFAULT_SYSINIT.slice(1), line);
}

function lintProgram(tree: FileTree, path: string, { action, program }: InittabLine): TreeProblem[] {
  const resolution = resolveInTree(tree, program);
  const where =
    path === 'etc/inittab' ? `/etc/inittab (${action})` : 'BusyBox init, without an /etc/inittab,';
  if (!resolution.found) {
    const code = action === 'sysinit' ? 'SYSINIT_MISSING' : 'INITTAB_PROGRAM_MISSING';
    const message = `${where} runs ${program}, but ${resolution.missing} is not in the tree: add it, or correct the line`;
    return [{ code, path, message }];
  }
  const { entry, path: resolved } = resolution;
  if (entry?.type === 'file' && (entry.mode & 0o111) !== 0) return [];
  const message = `${where} runs ${program}, which is not executable: chmod +x ${resolved} (git keeps that bit)`;
  return [{ code: 'SCRIPT_NOT_EXECUTABLE', path: resolved, message }];
}

/** Lines are `id:runlevels:action:process`; a leading "-" of the process asks for a login shell. */
function readInittab(tree: FileTree): InittabLine[] | undefined {
  const entry = tree.get('etc/inittab');
  if (entry?.type !== 'file') return undefined;
  const content = openContent(entry.path, entry.content);
  try {
    const text = content.read(0, content.size).toString('utf8');
    return text.split('\n').flatMap((line) => {
      const match = /^[^#:]*:[^:]*:([^:]*):\s*-?(\/\S+)/.exec(line);
      return match ? [{ action: match[1]!, program: match[2]! }] : [];
    });
  } finally {
    content.close();
  }
}
