import type { Complaint } from './complaints.js';
import type { Outcome } from './outcomes.js';
import type { Match, Signature } from './signature.js';

const BUILD_DEBUG =
  'CONFIG_KALLSYMS=y names the functions, and nx run KERNEL:build -c debug gives line numbers';
const TRACE = 'the trace in the console says where';
const SLOW_HOST = 'on a slow host under TCG it may be false';

/** The meaning of each kind of complaint, and the remedy. */
const MEANINGS: Partial<Record<Outcome, { readonly means: string; readonly remedy: string }>> = {
  oops: {
    means: 'the kernel made an invalid access or ran into a BUG() (an oops)',
    remedy: `this is a bug in the kernel or a module: ${BUILD_DEBUG}`,
  },
  'soft-lockup': {
    means: 'a CPU ran in the kernel without a break',
    remedy: `look for a loop in the kernel or a module: ${TRACE}; ${SLOW_HOST}: raise watchdog_thresh= on the command line`,
  },
  'hard-lockup': {
    means: 'a CPU hangs with interrupts off',
    remedy: `look for a loop or a lock that is taken twice: ${TRACE}; ${SLOW_HOST}: nowatchdog on the command line`,
  },
  'rcu-stall': {
    means: 'a CPU or a task hangs: it holds up RCU',
    remedy: `look for a loop in the kernel, or a reader that never ends: ${TRACE}; ${SLOW_HOST}: raise rcupdate.rcu_cpu_stall_timeout=`,
  },
  'hung-task': {
    means: 'a task waits in the kernel for something that does not come',
    remedy: 'the trace in the console says what for: a lock, or a disk that does not answer',
  },
  'kernel-bug': {
    means: 'the kernel found a bug in itself',
    remedy: `${TRACE}; ${BUILD_DEBUG}`,
  },
  'kernel-warning': {
    means: 'the kernel warned',
    remedy: `${TRACE}. If it is known, let the board's test allow it: "allow": [{ "pattern": "…", "reason": "…" }]`,
  },
  'module-failed': {
    means: 'a module was not loaded',
    remedy:
      'build it against this kernel, and load first what it needs (nx run ROOTFS:build checks both for modules of projects)',
  },
};

function explainComplaint({ outcome, text, at }: Complaint): Match {
  const { means, remedy } = MEANINGS[outcome] ?? { means: 'the kernel complained', remedy: TRACE };
  return { cause: `${means}: ${text}${at === undefined ? '' : `, at ${at}`}`, remedy };
}

/** A boot that failed, explained by the first complaint of each kind. */
export const COMPLAINT_SIGNATURES: Partial<Record<Outcome, Signature>> = Object.fromEntries(
  (Object.keys(MEANINGS) as Outcome[]).map((outcome): [Outcome, Signature] => [
    outcome,
    ({ complaints }) => {
      const first = complaints.find((one) => one.outcome === outcome);
      return first && explainComplaint(first);
    },
  ]),
);
