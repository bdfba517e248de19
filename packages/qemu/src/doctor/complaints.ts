import type { Outcome } from './outcomes.js';

/** One thing that the kernel complains of: an oops, a warning, a lock-up. */
export interface Complaint {
  readonly outcome: Outcome;
  /** The kernel's line, without printk's prefixes. */
  readonly text: string;
  /** The number of its line in the console's log, from 1. */
  readonly line: number;
  /** The function, where the lines that follow name it: `lab_unlink+0x1f/0x40 [labdrv]`. */
  readonly at?: string;
}

interface Form {
  readonly outcome: Outcome;
  readonly pattern: RegExp;
  /** Words that programs print as well: believed only with a time stamp of printk's. */
  readonly stamped?: boolean;
  /** A program's own words, which count until the guest is ready: afterwards a command has an exit code to say so. */
  readonly boot?: boolean;
}

const each = (outcome: Outcome, patterns: readonly RegExp[], more: Partial<Form> = {}): Form[] =>
  patterns.map((pattern) => ({ outcome, pattern, ...more }));

/**
 * How kernels from 5.10 to 7.2 complain, on all architectures. Sources: `die` and the page faults of arch/ARCH/kernel/traps.c, dumpstack.c and
 * mm/fault.c; kernel/panic.c (`__warn`), lib/bug.c, kernel/watchdog.c and watchdog_hld.c, kernel/hung_task.c, kernel/rcu/tree_stall.h and tree_exp.h,
 * kernel/locking/lockdep.c, kernel/sched/core.c, mm/kasan/report.c, lib/ubsan.c, kernel/kcsan/report.c, mm/kfence/report.c, mm/slub.c,
 * lib/list_debug.c, kernel/module/{main,version}.c, init/initramfs.c.
 */
const FORMS: readonly Form[] = [
  ...each('oops', [
    /^kernel BUG at \S+:\d+!/i,
    /^BUG: (?:kernel NULL pointer dereference|unable to handle |stack guard page was hit|TASK stack guard page was hit)/i,
    /^(?:CPU \d+ )?Unable to handle kernel /,
    // x86 and s390: what, error code, count, and the kernel's kind. Since 6.10 x86 puts "Oops: " in front.
    /^(?:Oops: )?[A-Za-z][^[\]]*: [0-9a-f]{4}(?: ilc:\d)? \[#\d+\](?:\s+[A-Z_]+(?:\(\w+\))?)*\s*$/,
    /^Internal error: .+: [0-9a-f]+ \[#\d+\]/, // arm, arm64
    /^Oops: .+, sig: -?\d+ \[#\d+\]/, // powerpc
    /^(?:Oops|Kernel BUG|Kernel bug|Kernel )[^[\]]*\[#\d+\]:?$/, // riscv, mips, loongarch
    /^[A-Z][\w ,'-]*\b(?:kernel|Kernel)\b[\w ,'-]*\[#\d+\]:$/, // mips, loongarch: "Reserved instruction in kernel code[#1]:"
    /^Unhandled fault: .+ \(0x[0-9a-f]+\) at 0x[0-9a-f]+/, // arm
    /^(?:traps: )?PANIC: double fault, error_code: /,
    /^Insufficient stack space to handle exception!/,
    /^Unhandled (?:64|32)-bit el[01]\w? \w+ exception on CPU\d+/,
  ]),
  ...each('oops', [/^[A-Z][\w ,'-]*\[#\d+\]:$/], { stamped: true }), // mips, loongarch: every other trap
  ...each('soft-lockup', [
    /^(?:watchdog: )?BUG: soft lockup - CPU#\d+ stuck for /,
    /^BUG: workqueue lockup - pool /,
  ]),
  ...each('hard-lockup', [
    /^(?:(?:NMI )?watchdog: )?(?:CPU\d+: )?Watchdog detected hard LOCKUP on cpu \d+/,
    /^(?:watchdog: )?CPU \d+ detected hard LOCKUP on other CPUs /,
    /^(?:watchdog: )?CPU \d+ self-detected hard LOCKUP/,
  ]),
  ...each('rcu-stall', [
    /^(?:rcu: )?INFO: rcu\w* (?:self-detected stall on CPU|detected (?:expedited )?stalls? )/,
    /^(?:rcu: )?INFO: rcu\w* detected (?:expedited )?stalls?[, ?]/,
    /^(?:rcu: )?rcu_\w+ kthread (?:starved|timer wakeup didn't happen) for \d+ jiffies/,
  ]),
  ...each('hung-task', [/^INFO: task .{1,20}:\d+ blocked(?: in I\/O wait)? for more than \d+ seconds\./]),
  ...each('kernel-bug', [
    /^BUG: (?:scheduling while atomic: |scheduling in a non-blocking section: |workqueue leaked |sleeping function called from invalid context at |using \S+ in preemptible )/,
    /^BUG: (?:KASAN|KCSAN|KFENCE|KMSAN): /,
    /^BUG: (?:spinlock|rwlock|rwsem|mutex) \S+ /,
    /^BUG: (?:Bad page (?:state|map|cache)|Bad rss-counter state|non-zero pgtables_bytes|Invalid wait context)/,
    /^BUG: (?:MAX_LOCK\w+|MAX_STACK_TRACE_ENTRIES|key \S+ not in \.data)/,
    /^BUG \S+ \((?:Not tainted|Tainted: )/,
    /^UBSAN: \S.* in \S+:\d+/,
    /^list_(?:add|del) corruption[.,]/,
    /^kmemleak: \d+ new suspected memory leaks/,
  ]),
  ...each('kernel-bug', [/^BUG: \S/], { stamped: true }),
  ...each('kernel-warning', [
    /^WARNING: CPU: \d+ PID: \d+ at /,
    /^WARNING: (?:.* )?at \S+\+0x[0-9a-f]+\/0x[0-9a-f]+.*, CPU#\d+: \S/, // since 6.18, with the condition where it is known
    /^WARNING: .{1,20}\/\d+ still has locks held!/,
    /^WARNING: (?:possible |inconsistent lock state|suspicious RCU usage|bad unlock balance|bad contention detected|held lock freed!)/,
    /^WARNING: (?:lock held when returning to user space!|Nested lock was not taken|HARDIRQ-|SOFTIRQ-|\S+-safe -> \S+-unsafe lock order)/,
    /^INFO: (?:trying to register non-static key\.|possible recursive locking detected)/,
    /^INFO: (?:task|lockdep) .* (?:exited with locks held|is turned off)/,
  ]),
  ...each('initrd-unpack', [/^Initramfs unpacking failed: /]),
  ...each('module-failed', [
    /^[\w-]+: (?:Unknown symbol \S+ \(err -?\d+\)|disagrees about version of symbol \S+|version magic '.*' should be ')/,
    /^(?:[\w-]+: )?Loading of (?:unsigned module|module with \S+ \S+) is rejected/,
  ]),
  ...each(
    'module-failed',
    [
      /^insmod: (?:can't insert |ERROR: could not insert )/,
      /^modprobe: (?:FATAL: |can't load module |ERROR: could not insert )/,
    ],
    { boot: true },
  ),
];

/** A line without any of these matches none of the forms: of a long log, few lines do. */
const WORTH_A_LOOK =
  /BUG|WARNING|UBSAN|INFO: |\[#\d|nable to handle|double fault|LOCKUP|starved|wakeup didn't|corruption|kmemleak|Unhandled|Insufficient stack|unpacking failed|nknown symbol|version|is rejected|insmod:|modprobe:/;

/**
 * The outcome that a line of the console is a complaint of; undefined for all other lines.
 *
 * @param line without printk's prefixes
 * @param stamped whether it had the time in front (CONFIG_PRINTK_TIME), which a program's line has not
 * @param booting whether the guest is not ready yet
 */
export function complaintIn(line: string, stamped: boolean, booting: boolean): Outcome | undefined {
  if (!WORTH_A_LOOK.test(line)) return undefined;
  return FORMS.find(
    (form) => (stamped || !form.stamped) && (booting || !form.boot) && form.pattern.test(line),
  )?.outcome;
}

/** Where the CPU was, as each architecture prints it below an oops. */
const PLACES = [
  /^RIP: [0-9a-f]{4}:(\S+(?: \[\w+\])?)/,
  /^(?:EIP|NIP|LR is at|PC is at|pc|epc|ra|era)\s*:?\s+(?:\[<?[0-9a-f]+>?\]\s+|[0-9a-f]{8,16}\s+)?\(?([A-Za-z_.][\w.]*\+0x[0-9a-f]+\/0x[0-9a-f]+(?: \[\w+\])?)/i,
  /^NIP \[[0-9a-f]+\] (\S+\+0x[0-9a-f]+\/0x[0-9a-f]+(?: \[\w+\])?)/,
  /^Krnl PSW : [0-9a-f]+ [0-9a-f]+ \((\S+\+0x[0-9a-f]+\/0x[0-9a-f]+(?: \[\w+\])?)\)/,
];

/** The function that a line below an oops names as the place. */
export function placeIn(line: string): string | undefined {
  for (const place of PLACES) {
    const found = place.exec(line)?.[1];
    if (found !== undefined) return found;
  }
  return undefined;
}
