import type { ProgramName } from './programs.js';
import { ownTree, type SourceTree, type TreeListing } from './sources/index.js';
import { COMPILED, KCONFIG, MAKEFILE } from './tree-file-kinds.js';

/** What reads a source tree: its conf, a build of modules out of the tree, or the build of the program itself. */
export type SourcePart = 'config' | 'modules' | 'build';

/** Documentation, tests and records of a tree, which none of its builds reads. A Kconfig file or Makefile among them counts. */
const UNREAD: Readonly<Record<ProgramName, RegExp>> = {
  kernel:
    /^(Documentation|LICENSES)\/|^tools\/(?!(arch|bpf|build|include|lib|objtool|scripts)\/)|^(MAINTAINERS|CREDITS|COPYING|README)$/,
  busybox: /^(docs|testsuite)\//,
  'u-boot': /^(doc|Licenses)\//,
};
const ALSO_UNREAD =
  /\.rst$|(^|\/)\.(gitignore|gitattributes|mailmap|clang-format|cocciconfig|editorconfig|get_maintainer\.ignore)$/;

/** Sources that make compiles before any module is built (`modules_prepare`), since headers are generated from them. */
const PREPARED =
  /(^|\/)(scripts|tools)\/|(^|\/)(bounds|asm-offsets|devicetable-offsets)[^/]*\.c$|(^|\/)vdso|\.h$/;

/** Whether that part of a tree has the file in it. A file that we cannot judge is in every part. */
function isRead(name: string, program: ProgramName, part: SourcePart): boolean {
  if (KCONFIG.test(name)) return true;
  if (MAKEFILE.test(name)) return part === 'build' || program !== 'kernel' || isOuter(name);
  if (UNREAD[program].test(name) || ALSO_UNREAD.test(name)) return false;
  // BusyBox's Kconfig files are generated from comments in its C files.
  if (part === 'build' || program === 'busybox' || !COMPILED.test(name)) return true;
  return part === 'modules' ? PREPARED.test(name) : name.startsWith('scripts/');
}

/** Whether a Makefile takes part in more than the objects of its own directory. */
function isOuter(name: string): boolean {
  return /^([^/]+|(arch|include|scripts|tools)\/.*)$|(^|\/)vdso\//.test(name);
}

/**
 * A user's own source tree as one of its readers sees it: the identity and the files are those of the part alone. Every other
 * tree never changes, and is returned as it is.
 */
export function partOfSource(source: SourceTree, program: ProgramName, part: SourcePart): SourceTree {
  const { own } = source;
  if (!own) return source;
  const select = (files: TreeListing): TreeListing =>
    new Map([...files].filter(([name]) => isRead(name, program, part)));
  return ownTree(source.path, select(own.files), async () => select(await own.look()));
}
