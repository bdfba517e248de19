import { UserError } from '@bringup/process';

interface Refusal {
  readonly pattern: RegExp;
  readonly reason: string;
}

const STEPS = 'it changes what is made, or where: Bringup says that itself';
const UNSEEN =
  'it reads files or starts programs that no list of dependencies names, so no hash would have them';

/** Flags of gcc that would break what is promised here: artifacts in their place, and a hash of all that they are made from. */
const REFUSALS: readonly Refusal[] = [
  { pattern: /^-([cSE]|M.*|o.*|x.*|pipe|save-temps.*|fsyntax-only|gsplit-dwarf)$/, reason: STEPS },
  { pattern: /^-Wl,(-o|--output|--dependency-file|--build-id)\b/, reason: STEPS },
  { pattern: /^(@.*|-specs=.*|--specs=.*|-B.*|-wrapper|-fplugin=.*|-fuse-ld=.*)$/, reason: UNSEEN },
  {
    pattern: /^(--sysroot.*|-isysroot.*|-fprofile-use.*|-fauto-profile.*|-W[alp],(.*,)?@.*)$/,
    reason: UNSEEN,
  },
  {
    pattern: /^-m(arch|cpu|tune)=native$/,
    reason: 'the program would depend on the CPU of the machine that builds it',
  },
];

/** @throws UserError `FLAG_REFUSED` */
export function checkFlags(option: string, flags: readonly string[]): void {
  for (const flag of flags) {
    const refusal = REFUSALS.find(({ pattern }) => pattern.test(flag));
    if (!refusal) continue;
    throw new UserError('FLAG_REFUSED', `${option}: ${flag} is refused: ${refusal.reason}. Leave it out.`, {
      option,
      flag,
    });
  }
}

/** Flags of rustc that only say how to compile; what they make, where, and from what is not theirs to say. */
const RUST_FLAGS: readonly RegExp[] = [
  /^-C(opt-level|debuginfo|debug-assertions|overflow-checks|panic|lto|codegen-units|code-model|no-vectorize-\w+)=[\w-]+$/,
  /^-C(target-cpu|target-feature|force-frame-pointers|force-unwind-tables|inline-threshold|embed-bitcode)=[\w.,+-]+$/,
  /^(-O|--edition=\d+|--cfg=.+|--check-cfg=.+|-[AWDF][\w:-]+|--cap-lints=\w+)$/,
];

/** The same for rustc, by what is known to be harmless. @throws UserError `FLAG_REFUSED` */
export function checkRustFlags(option: string, flags: readonly string[]): void {
  for (const flag of flags) {
    const native = /^-Ctarget-cpu=native$/.test(flag);
    if (!native && RUST_FLAGS.some((pattern) => pattern.test(flag))) continue;
    const reason = native
      ? 'the program would depend on the CPU of the machine that builds it'
      : 'rustc is given optimisation and code generation (-Copt-level=3, in one word), --edition, --cfg and lints (-Dwarnings)';
    throw new UserError('FLAG_REFUSED', `${option}: ${flag} is refused: ${reason}. Leave it out.`, {
      option,
      flag,
    });
  }
}
