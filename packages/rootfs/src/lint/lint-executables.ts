import { posix } from 'node:path';
import { openContent, type OpenContent } from '../tree/content.js';
import { isElf, readElfNeeds } from '../tree/elf.js';
import type { FileTree } from '../tree/file-tree.js';
import type { TreeProblem } from './tree-problem.js';
import { resolveInTree } from '../tree/resolve.js';

/** linux/binfmts.h: BINPRM_BUF_SIZE, as much of a script's first line as the kernel reads. */
const SHEBANG_BYTES = 256;
const BYTE_ORDER_MARK = '\xef\xbb\xbf';

/** Checks every executable file: can the kernel find what runs it, and the loader what it needs? */
export function lintExecutables(tree: FileTree): TreeProblem[] {
  const entries = tree.entries();
  const names = new Set(entries.map((entry) => posix.basename(entry.path)));
  return entries.flatMap((entry) => {
    if (entry.type !== 'file' || (entry.mode & 0o111) === 0) return [];
    const content = openContent(entry.path, entry.content);
    try {
      return isElf(content.read)
        ? lintElf(tree, entry.path, content, names)
        : lintShebang(tree, entry.path, content);
    } finally {
      content.close();
    }
  });
}

function lintShebang(tree: FileTree, path: string, content: OpenContent): TreeProblem[] {
  const head = content.read(0, SHEBANG_BYTES).toString('latin1');
  const line = head.split('\n')[0]!;
  const problem = (code: string, message: string) => [{ code, path, message: `/${path}: ${message}` }];
  if (line.startsWith(`${BYTE_ORDER_MARK}#!`)) {
    return problem(
      'SHEBANG_NOT_ASCII',
      'begins with a byte order mark, so the kernel does not see its "#!": save it without',
    );
  }
  if (!line.startsWith('#!')) return [];
  const shown = Buffer.from(line, 'latin1').toString('utf8');
  if (line.endsWith('\r')) {
    return problem(
      'SHEBANG_CARRIAGE_RETURN',
      'has Windows line ends, which become part of the interpreter: save it with LF',
    );
  }
  const odd = /[^\t\x20-\x7e]/.exec(line);
  if (odd) {
    const byte = `byte 0x${odd[0].charCodeAt(0).toString(16)} at column ${odd.index + 1}`;
    return problem(
      'SHEBANG_NOT_ASCII',
      `its first line ${JSON.stringify(shown)} is not plain ASCII (${byte}): type it anew`,
    );
  }
  const interpreter = /^#![ \t]*(\S+)/.exec(line)?.[1];
  if (!interpreter) return problem('INTERPRETER_MISSING', 'its "#!" names no interpreter: write #!/bin/sh');
  return lintInterpreter(tree, path, interpreter, 'INTERPRETER_MISSING', 'interpreter');
}

function lintElf(tree: FileTree, path: string, content: OpenContent, names: Set<string>): TreeProblem[] {
  const needs = readElfNeeds(content.read);
  if (!needs) {
    const message = `/${path}: a damaged ELF file: its headers point outside of it. Build or copy it again`;
    return [{ code: 'ELF_DAMAGED', path, message }];
  }
  const problems = needs.interpreter
    ? lintInterpreter(tree, path, needs.interpreter, 'ELF_INTERPRETER_MISSING', 'dynamic loader')
    : [];
  // Where the loader looks depends on the system (RUNPATH, ld.so.conf): missing is only what is nowhere.
  for (const library of needs.libraries.filter((name) => !names.has(posix.basename(name)))) {
    const message = `/${path}: needs the library ${library}, which is not in the tree: add it, or link the program statically`;
    problems.push({ code: 'LIBRARY_MISSING', path, message });
  }
  return problems;
}

function lintInterpreter(
  tree: FileTree,
  path: string,
  interpreter: string,
  code: string,
  what: string,
): TreeProblem[] {
  const resolution = resolveInTree(tree, interpreter);
  const remedy =
    what === 'interpreter' ? 'add it, or name one that is' : 'add it, or link the program statically';
  if (!resolution.found) {
    const through = resolution.missing === interpreter ? '' : ` (${resolution.missing})`;
    const message = `/${path}: its ${what} ${interpreter}${through} is not in the tree: ${remedy}. The kernel would only say "not found"`;
    return [{ code, path, message }];
  }
  if (resolution.entry?.type === 'file' && (resolution.entry.mode & 0o111) !== 0) return [];
  return [
    { code, path, message: `/${path}: its ${what} ${interpreter} is not an executable file: ${remedy}` },
  ];
}
