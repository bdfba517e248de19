import { CAPTURED, readCaptured } from '../testing/captured-boots.js';
import { ComplaintReader, findComplaints } from './complaint-reader.js';
import { describeExit } from './init-exit.js';
import { diagnose } from './diagnose.js';
import type { Outcome } from './outcomes.js';

/** Lines as kernels print them: outcome → lines. The formats are those of 5.10.223, 6.1.192, 6.12.117 and 7.2.13. */
const FORMS: Partial<Record<Outcome, readonly string[]>> = {
  oops: [
    'kernel BUG at mm/slub.c:4310!',
    'general protection fault, probably for non-canonical address 0xdead000000000122: 0000 [#1] PREEMPT SMP NOPTI',
    'general protection fault, maybe for address 0xffff888100000000: 0000 [#2] SMP',
    'general protection fault: 0000 [#1] SMP',
    'invalid opcode: 0000 [#1] SMP',
    'divide error: 0000 [#1] PREEMPT SMP',
    'stack segment: 0000 [#1] SMP',
    'int3: 0000 [#1] SMP',
    'Oops: 0002 [#1] PREEMPT SMP',
    'Oops: divide error: 0000 [#1] PREEMPT SMP NOPTI',
    'Oops: general protection fault, probably for non-canonical address 0xdead000000000100: 0000 [#1] SMP',
    'Oops: invalid opcode: 0000 [#1] SMP NOPTI',
    'double fault: 0000 [#1] PREEMPT SMP',
    'traps: PANIC: double fault, error_code: 0x0',
    'BUG: kernel NULL pointer dereference, address: 0000000000000008',
    'BUG: unable to handle page fault for address: ffffffffc0000000',
    'BUG: TASK stack guard page was hit at 0000000012345678 (stack is 00000000deadbeef..00000000cafecafe)',
    'Unable to handle kernel NULL pointer dereference at virtual address 0000000000000010',
    'Unable to handle kernel paging request at virtual address ffff800080000000',
    'Unable to handle kernel access to user memory outside uaccess routines at virtual address 0000aaaa',
    'Internal error: Oops: 0000000096000004 [#1] SMP',
    'Internal error: Oops - BUG: 00000000f2000800 [#1] PREEMPT SMP',
    'Internal error: Oops - Undefined instruction: 0000000002000000 [#1]  SMP',
    'Internal error: Oops: 5 [#1] SMP ARM',
    'Insufficient stack space to handle exception!',
    'Unhandled 64-bit el1h sync exception on CPU0, ESR 0x0000000002000000 -- UNDEFINED',
    'Oops [#1]',
    'Kernel BUG [#1]',
    'Oops - illegal instruction [#1]',
    'BUG: Kernel NULL pointer dereference on read at 0x00000008',
    'BUG: Unable to handle kernel data access on write at 0xc0080000',
    'Oops: Kernel access of bad area, sig: 11 [#1]',
    'Oops: Exception in kernel mode, sig: 5 [#1]',
    'Unable to handle kernel pointer dereference in virtual kernel address space',
    'Oops: 0004 ilc:2 [#1] SMP',
    'illegal operation: 0001 ilc:1 [#1] SMP',
    'monitor event: 0040 ilc:2 [#1] SMP',
    'CPU 0 Unable to handle kernel paging request at virtual address 0000000000000008, epc == ffffffff80100000, ra == ffffffff80100010',
    'Oops[#1]:',
    'Kernel bug detected[#1]:',
    'Reserved instruction in kernel code[#1]:',
    'Unhandled kernel unaligned access[#1]:',
    'Unhandled fault: external abort on non-linefetch (0x1008) at 0xe0a11000',
    'Internal error: synchronous external abort: 0000000096000010 [#1] SMP',
  ],
  'soft-lockup': [
    'watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [insmod:24]',
    'BUG: workqueue lockup - pool cpus=0 node=0 flags=0x0 nice=0 stuck for 31s!',
  ],
  'hard-lockup': [
    'watchdog: Watchdog detected hard LOCKUP on cpu 1',
    'NMI watchdog: Watchdog detected hard LOCKUP on cpu 3',
    'watchdog: CPU1: Watchdog detected hard LOCKUP on cpu 0',
    'watchdog: CPU 0 detected hard LOCKUP on other CPUs 1',
    'watchdog: CPU 2 self-detected hard LOCKUP @ lab_spin+0x10/0x20',
  ],
  'rcu-stall': [
    'rcu: INFO: rcu_preempt self-detected stall on CPU',
    'rcu: INFO: rcu_sched detected stalls on CPUs/tasks:',
    'rcu: INFO: rcu_preempt detected expedited stalls on CPUs/tasks: { 1-... } 24 jiffies s: 53 root: 0x2/.',
    'INFO: rcu_tasks detected stalls on tasks:',
    'INFO: rcu_tasks_trace detected stalls? (Late IPI?)',
    'rcu: INFO: rcu_preempt detected stall, but suppressed full report due to a stuck CSD-lock.',
    'rcu: rcu_preempt kthread starved for 5250 jiffies! g-1063 f0x0 RCU_GP_WAIT_FQS(5) ->state=0x402 ->cpu=0',
  ],
  'hung-task': [
    'INFO: task insmod:23 blocked for more than 120 seconds.',
    'INFO: task lab dev:31 blocked for more than 120 seconds.',
    'INFO: task kworker/u4:1:42 blocked for more than 120 seconds.',
    'INFO: task dd:77 blocked in I/O wait for more than 120 seconds.',
  ],
  'kernel-bug': [
    'BUG: scheduling while atomic: init/1/0x00000002',
    'BUG: scheduling in a non-blocking section: lab/1/0',
    'BUG: workqueue leaked atomic, lock or RCU: kworker/0:1[12]',
    'BUG: sleeping function called from invalid context at kernel/locking/mutex.c:580',
    'BUG: using smp_processor_id() in preemptible [00000000] code: init/1',
    'BUG: KASAN: slab-out-of-bounds in lab_write+0x5c/0x80 [lab]',
    'BUG: KCSAN: data-race in lab_a / lab_b',
    'BUG: KFENCE: use-after-free read in lab_read+0x10/0x30',
    'BUG: KMSAN: uninit-value in lab_hash+0x1/0x2',
    'BUG: spinlock bad magic on CPU#0, init/1',
    'BUG: Bad page state in process init  pfn:12345',
    'BUG: Bad rss-counter state mm:00000000f00 type:MM_ANONPAGES val:1',
    'BUG: Invalid wait context',
    'BUG kmalloc-64 (Not tainted): Poison overwritten',
    'BUG kmalloc-8 (Tainted: G           O      ): Redzone overwritten',
    'UBSAN: array-index-out-of-bounds in drivers/lab/lab.c:12:9',
    'UBSAN: shift-out-of-bounds in lib/lab.c:3:2',
    'list_add corruption. prev->next should be next (ffff), but was 0000. (prev=ffff).',
    'list_del corruption, ffff888->next is LIST_POISON1 (dead000000000100)',
    'kmemleak: 2 new suspected memory leaks (see /sys/kernel/debug/kmemleak)',
  ],
  'kernel-warning': [
    'WARNING: CPU: 0 PID: 71 at lab/lab.c:44 lab_init+0x24/0x1000 [lab]',
    'WARNING: CPU: 1 PID: 1 at lab_init+0x24/0x40',
    'WARNING: lab/lab.c:44 at lab_init+0x24/0x1000 [lab], CPU#0: insmod/71',
    'WARNING: at lab_init+0x24/0x40, CPU#0: insmod/71',
    'WARNING: [x > 1] lab/lab.c:17 at lab_init+0x2c/0x1000, CPU#0: insmod/64',
    'WARNING: lab/77 still has locks held!',
    'WARNING: possible circular locking dependency detected',
    'WARNING: possible recursive locking detected',
    'WARNING: inconsistent lock state',
    'WARNING: suspicious RCU usage',
    'WARNING: bad unlock balance detected!',
    'WARNING: lock held when returning to user space!',
    'WARNING: SOFTIRQ-safe -> SOFTIRQ-unsafe lock order detected',
    'WARNING: HARDIRQ-safe -> HARDIRQ-unsafe lock order detected',
    'INFO: trying to register non-static key.',
  ],
  'initrd-unpack': ['Initramfs unpacking failed: invalid magic at start of compressed archive'],
  'module-failed': [
    'labdrv: Unknown symbol lab_register (err -2)',
    'labdrv: disagrees about version of symbol module_layout',
    "labdrv: version magic '6.1.0 SMP mod_unload' should be '6.1.192 SMP mod_unload'",
    'Loading of unsigned module is rejected',
    "insmod: can't insert 'labdrv.ko': invalid module format",
    "modprobe: can't load module labdrv (updates/labdrv.ko): unknown symbol in module, or unknown parameter",
    'modprobe: FATAL: Module labdrv not found in directory /lib/modules/6.1.192',
  ],
};

const rows = Object.entries(FORMS).flatMap(([outcome, lines]) => lines.map((line) => ({ outcome, line })));

describe('a complaint of the kernel', () => {
  it.each(rows)('$line: $outcome', ({ outcome, line }) => {
    for (const prefix of ['', '[    1.300300] ', '[    1.300300][   T71] ', '/ # [   12.345678] '])
      expect(findComplaints(`booting\n${prefix}${line}\r\nmore\n`)).toEqual([
        { outcome, text: line, line: 2 },
      ]);
  });

  it.each([
    'labtest: checking the text "general protection fault" ... found',
    ' kernel BUG at is what we grep for: 0 hits',
    'BUG: my program has one',
    'WARNING: CPU frequency is low',
    'WARNING: this is a test',
    'Oops, that went wrong [#1 of 2]',
    'fixed [#12]: see the list',
    'INFO: task list is empty',
    'INFO: rcupdate is a module parameter',
    'test: 0000 ok',
    'grep: Internal error: none',
    'kmemleak: Kernel memory leak detector initialized (mem pool available: 15738)',
    'UBSAN is on',
    'WARNING: Running pip as root at your own risk: see docs',
    'Issue with the display: fixed [#12]',
    'Oops, I did it again',
    'build: 2024 [#12] passed',
    'Job[#3]:',
    'Internal error: no such user',
    'watchdog: soft lockup detection is on',
    'module verification failed: signature and/or required key missing - tainting kernel',
    'loading out-of-tree module taints kernel.',
    'watchdog: Delayed init of the lockup detector failed: -19',
    'rcu: \tRCU CPU stall warnings timeout set to 60 (rcu_cpu_stall_timeout).',
    'Linux version 6.1.192 (a@b) (gcc) #1 SMP',
  ])('is not: %s', (line) => expect(findComplaints(`${line}\n`)).toEqual([]));

  it('that programs print as well counts with a time stamp, or while the guest boots', () => {
    expect(findComplaints('[    1.000000] BUG: something new\n')).toMatchObject([{ outcome: 'kernel-bug' }]);
    const reader = new ComplaintReader();
    reader.booting = false;
    reader.push("insmod: can't insert 'x.ko': File exists\n");
    expect(reader.complaints).toEqual([]);
  });

  it('has the place, and what the same trap says in other words is not a second one', () => {
    const log = `[    2.1] x\n[    2.110207] kernel BUG at lab/queue.c:118!\n[    2.110388] invalid opcode: 0000 [#1] SMP\n[    2.110799] RIP: 0010:lab_queue_push+0x91/0xa0 [lab]\n[    2.110900] RIP: 0033:0x7f00\n`;
    expect(findComplaints(log)).toEqual([
      {
        outcome: 'oops',
        text: 'kernel BUG at lab/queue.c:118!',
        line: 2,
        at: 'lab_queue_push+0x91/0xa0 [lab]',
      },
    ]);
  });

  it.each([
    ['pc : lab_queue_push+0x40/0x50', 'lab_queue_push+0x40/0x50'],
    ['PC is at lab_write+0x14/0x30 [lab]', 'lab_write+0x14/0x30 [lab]'],
    ['epc : lab_probe+0xe/0x20', 'lab_probe+0xe/0x20'],
    ['epc   : ffffffff80100000 lab_probe+0xe/0x20', 'lab_probe+0xe/0x20'],
    ['NIP [c00000000012] lab_open+0x8/0x40', 'lab_open+0x8/0x40'],
    ['Krnl PSW : 0704c00180000000 000003ff800 (lab_io+0x12/0x30 [lab])', 'lab_io+0x12/0x30 [lab]'],
  ])('is at the place of "%s"', (line, at) => {
    expect(findComplaints(`Oops[#1]:\nCPU: 0\n${line}\n`)).toMatchObject([{ at }]);
  });

  it('is found in whatever pieces the console comes', () => {
    const text = 'a\r\n[    1.000000] BUG: scheduling while atomic: init/1/0x2\r\nb\r\n';
    for (let size = 1; size < 9; size++) {
      const reader = new ComplaintReader();
      for (let at = 0; at < text.length; at += size) reader.push(text.slice(at, at + size));
      expect(reader.complaints).toMatchObject([{ outcome: 'kernel-bug', line: 2 }]);
    }
  });
});

it.each(CAPTURED.filter((name) => name.startsWith('ready.')))('%s has no complaint', (name) => {
  expect(findComplaints(readCaptured(name).console)).toEqual([]);
});

describe('time', () => {
  /** How much longer sixteen times as much takes: 16 where time is linear, 256 where it is quadratic. */
  const growth = (make: (size: number) => string) => {
    const measure = (size: number) => {
      const text = make(size);
      const times = [1, 2, 3].map(() => {
        const start = process.cpuUsage().user;
        findComplaints(text);
        return process.cpuUsage().user - start;
      });
      return Math.min(...times);
    };
    return measure(8 << 20) / Math.max(measure(1 << 19), 1000);
  };
  it('is linear in many lines, and in one long line', () => {
    expect(
      growth((size) => 'INFO: task is blocked, version [    1.000000] x\n'.repeat(size / 48)),
    ).toBeLessThan(64);
    expect(growth((size) => 'BUG WARNING [#1 '.repeat(size / 16))).toBeLessThan(64);
  });
});

describe('a panic', () => {
  const boot = (lines: readonly string[]) => ({
    ...{ argv: ['qemu-system-x86_64'], stderr: '', end: 'panic' as const },
    console: `Linux version 6.1.90\nKernel command line: console=ttyS0\n${lines.join('\n')}\n`,
  });
  it.each([
    ['Fatal exception', ['kernel BUG at lab/queue.c:118!', 'invalid opcode: 0000 [#1] SMP'], ['oops']],
    ['Fatal exception in interrupt', ['double fault: 0000 [#1] PREEMPT SMP'], ['oops']],
    ['Attempted to kill init! exitcode=0x0000000b', ['divide error: 0000 [#1] PREEMPT SMP'], ['oops']],
    ['kernel: panic_on_warn set ...', ['WARNING: CPU: 0 PID: 1 at a.c:1 f+0x1/0x2'], ['kernel-warning']],
    ['softlockup: hung tasks', ['watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [a:1]'], ['soft-lockup']],
    ['sysrq triggered crash', [], ['panic']],
  ])('"%s" is explained by its cause', (panic, lines, outcomes) => {
    const found = diagnose(boot([...lines, `Kernel panic - not syncing: ${panic}`]));
    expect(found.map(({ outcome }) => outcome)).toEqual(outcomes);
  });
});

it.each([
  [0x0000, /with exit code 0/, /^end \/init with `exec sh`, or with a power-off$/],
  [0x7f00, /with exit code 127/, /called a program that is not there/],
  [0x7e00, /with exit code 126/, /make it executable/],
  [0x0100, /with exit code 1$/, /last words/],
  [0x0004, /by signal 4 \(SIGILL/, /option cpu/],
  [0x000b, /by signal 11 \(SIGSEGV/, /crashed/],
  [0x008b, /by signal 11 \(SIGSEGV/, /crashed/],
  [0x8400, /with exit code 132/, /a program that it ran was ended by signal 4 \(SIGILL/],
  [0x0009, /by signal 9 \(SIGKILL/, /more memory/],
  [0x0010, /by signal 16$/, /rdinit=\/bin\/sh/],
])('init that ended with status 0x%s', (status, cause, remedy) => {
  expect(describeExit(status)).toMatchObject({
    cause: expect.stringMatching(cause) as string,
    remedy: expect.stringMatching(remedy) as string,
  });
});
