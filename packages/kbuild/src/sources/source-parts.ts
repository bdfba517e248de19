import { hash } from 'node:crypto';
import type { ProgramName } from '../programs/programs.js';
import { COMPILED, KCONFIG, MAKEFILE } from '../programs/tree-file-kinds.js';
import type { FileSelection } from './tree-files.js';

/** The readers of a source tree: its conf, an out-of-tree build of modules, or the build of the program itself. */
export const SOURCE_PARTS = ['config', 'modules', 'build'] as const;
export type SourcePart = (typeof SOURCE_PARTS)[number];

/** Documentation, tests and records of a tree, which none of its builds reads. A Kconfig file or Makefile among them counts. */
const UNREAD: Readonly<Record<ProgramName, RegExp>> = {
  kernel:
    /^(Documentation|LICENSES)\/|^tools\/(?!(arch|bpf|build|include|lib|objtool|scripts)\/)|^(MAINTAINERS|CREDITS|COPYING|README)$/,
  busybox: /^(docs|testsuite)\//,
  'u-boot': /^(doc|Licenses)\//,
};
/** Debian's records of a source, and quilt's `.pc/`. Certificates and fragments below `debian/` are read. */
const ALSO_UNREAD =
  /^(\.pc|debian\/(patches|source|tests))\/|^debian\/(changelog|control|copyright|watch|NEWS|README[^/]*)$|\.rst$|(^|\/)\.(gitignore|gitattributes|mailmap|clang-format|cocciconfig|editorconfig|get_maintainer\.ignore)$/;

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

/** Another one whenever the rules above change: sums of files are remembered by it. */
const RULES = hash(
  'sha1',
  [isRead, isOuter, KCONFIG, MAKEFILE, COMPILED, PREPARED, ALSO_UNREAD, ...Object.values(UNREAD)].join('\n'),
).slice(0, 8);

/** The files of a program's tree that one of its readers reads. */
export function selectPart(program: ProgramName, part: SourcePart): FileSelection {
  return { key: `${program} ${part} ${RULES}`, has: (name) => isRead(name, program, part) };
}
