import type { Match, Signature } from './signature.js';
import { readEvidence, type BootEvidence } from './evidence.js';
import { OUTCOMES, type Outcome } from './outcomes.js';
import { COMPLAINT_SIGNATURES } from './complaint-signatures.js';
import { BOOT_SIGNATURES } from './boot-signatures.js';
import { KERNEL_SIGNATURES } from './kernel-signatures.js';
import { USERSPACE_SIGNATURES } from './userspace-signatures.js';

/** A recognised failure. */
export interface Diagnosis extends Match {
  outcome: Outcome;
  exitCode: number;
  seen: readonly string[];
}

const SIGNATURES: Partial<Record<Outcome, Signature>> = {
  ...BOOT_SIGNATURES,
  ...KERNEL_SIGNATURES,
  ...COMPLAINT_SIGNATURES,
  ...USERSPACE_SIGNATURES,
};

/** All that is recognised in a boot, causes before their consequences: the order of {@link OUTCOMES}. Pure. */
export function diagnose(evidence: BootEvidence): Diagnosis[] {
  const findings = readEvidence(evidence);
  return (Object.keys(OUTCOMES) as Outcome[]).flatMap((outcome) => {
    const match = SIGNATURES[outcome]?.(findings);
    return match ? [{ seen: [], ...match, outcome, exitCode: OUTCOMES[outcome] }] : [];
  });
}

/** A diagnosis in lines for a person. */
export function formatDiagnosis({ cause, remedy, seen }: Diagnosis): string[] {
  return [`Likely cause: ${cause}.`, `Remedy: ${remedy}.`, ...seen.map((line) => `  ${line}`)];
}

/** The outcome of a failed boot: the first cause, or else how it ended. */
export function outcomeOf(diagnoses: readonly Diagnosis[], end: BootEvidence['end']): Outcome {
  const first = diagnoses[0];
  if (first) return first.outcome;
  return end === 'panic' ? 'panic' : end === 'exit' ? 'qemu-exited' : 'timeout';
}
