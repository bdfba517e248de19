/**
 * Flags of gcc that clang 14 and newer refuse as unknown, as unsupported, or with another set of values, and which do not
 * change how a source is read. Where kbuild asks the compiler first (cc-option), a build with clang has none of them.
 */
const GCC_ONLY: readonly RegExp[] = [
  // Optimisation.
  /^-f(no-)?(allow-store-data-races|conserve-stack|ipa-[\w-]+|toplevel-reorder|tree-[\w-]+|partial-inlining)$/,
  /^-f(no-)?(guess-branch-probability|code-hoisting|jump-tables-[\w-]+|var-tracking[\w-]*|reorder-blocks[\w-]*)$/,
  /^-f(inline-limit|min-function-alignment|align-(jumps|labels|loops|functions))(=\S*)?$/,
  /^--param=\S+$/,
  // Hardening.
  /^-ftrivial-auto-var-init=\S+$/,
  /^-f(zero-call-used-regs=\S+|strict-flex-arrays=\S+|sanitize=bounds-strict)$/,
  /^-fplugin(-arg-[\w-]+)?=\S+$/,
  // Machines.
  /^-m(preferred-stack-boundary=\S+|skip-rax-setup|no-fp-ret-in-387|record-mcount|nop-mcount)$/,
  /^-m(indirect-branch|function-return|harden-sls)(-\w+)*(=\S+)?$/,
  /^-mstack-protector-guard(-\w+)?=\S+$/,
  /^-m(no-)?(apcs[\w-]*|sched-prolog|thumb-interwork|save-restore|word-relocations|fix-cortex-\w+|riscv-attribute)$/,
  /^-misa-spec=\S+$/,
  // Debug information in forms of gcc's.
  /^-f(no-)?emit-struct-debug-\w+$/,
  // Flags for the assembler and the linker do not change how clangd reads the source.
  /^-Wa,\S+$/,
  /^-Wl,\S+$/,
  /^-static-libgcc$/,
  /^-flive-patching=\S+$/,
];

/** Would write a list of dependencies over make's own. */
const DEPENDENCIES = /^-Wp,-M\w*,\S+$/;

/** gcc's name of an ABI that clang for aarch64 calls aapcs; for riscv64 the two agree. */
const AARCH64_ABI = /^-mabi=lp64$/;

/** Extensions with names of more than one letter, which clang knew one by one, years after gcc. */
const RISCV_EXTENSIONS = /^(-march=rv\d+[a-y]+)_\S+$/;

/**
 * A word of gcc's command line as clangd is to see it.
 *
 * @param compiler the command's first word: what it compiles for stands in its name
 * @returns undefined for one to leave out
 */
export function forClang(word: string, compiler: string): string | undefined {
  if (DEPENDENCIES.test(word) || GCC_ONLY.some((pattern) => pattern.test(word))) return undefined;
  if (AARCH64_ABI.test(word) && compiler.includes('aarch64')) return undefined;
  return word.replace(RISCV_EXTENSIONS, '$1');
}
