import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GuestCommand } from '@bringup/qemu';
import { makeDemoBoards, type BoardReport, type DemoBoards } from './demo-boards.js';
import { printedCommand } from './dialogue.js';
import { addHandover, handoverBoard, IN_FIRST_ROOT, uuidOfFirstRoot } from './handover.js';
import type { NxRun } from './nx-run.js';

/**
 * An initramfs that hands over to a root on a disk, with the demo's kernels and BusyBox and the real QEMU. One nx command
 * tests all boards.
 */
const MINUTES = 60_000;
jest.setTimeout(5 * MINUTES);

let boards: DemoBoards;
let allTests: NxRun;

/** A board. A file of the workspace has its name. */
interface Case {
  board: string;
  append: string;
}

const BY_UUID = 'by-uuid';
const TO_FIRST: Case[] = [
  { board: 'by-label', append: 'root=LABEL=rootfs' },
  { board: 'by-device', append: 'root=/dev/vda1 ro rootwait rootflags=noatime' },
  { board: 'by-partition', append: 'root=LABEL=nosuch root=PARTLABEL=root init=/sbin/init' },
];
const TO_SECOND: Case[] = [
  { board: 'label-with-blank', append: 'root=LABEL="second root" rw' },
  { board: 'partition-with-blank-all-quoted', append: '"root=PARTLABEL=my other=root" rw' },
];
const IN_SECOND_ROOT = [{ run: 'cat /etc/which', expect: '^the second root$' }, 'touch /written'];

const FAILING: (Case & { message: string | RegExp })[] = [
  { board: 'no-root', append: 'quiet', message: "there is no root= on the kernel's command line" },
  {
    board: 'no-label',
    append: 'root=LABEL=nosuch rootwait=1',
    message: 'root=LABEL=nosuch: no block device has that label',
  },
  {
    board: 'no-uuid',
    append: 'root=UUID=1-2 rootwait=1',
    message: 'root=UUID=1-2: no block device has that UUID',
  },
  {
    board: 'no-partition',
    append: 'root=PARTLABEL=x rootwait=1',
    message: 'root=PARTLABEL=x: no partition has that name',
  },
  {
    board: 'no-device',
    append: 'root=/dev/vdz',
    message: 'root=/dev/vdz: there is no such block device',
  },
  {
    board: 'shell-syntax',
    append: 'root=LABEL=";poweroff -f;$(poweroff -f)`poweroff -f`*" rootwait=0',
    message: 'root=LABEL=;poweroff -f;$(poweroff -f)`poweroff -f`*: no block device has that label',
  },
  {
    board: 'no-file-system',
    append: 'root=/dev/vda1 rootfstype=vfat',
    message: /root=\/dev\/vda1: \/dev\/vda1 cannot be mounted as vfat \(ro\): .*No such device/,
  },
  {
    board: 'no-mount-option',
    append: 'root=/dev/vda1 rootflags=nosuch',
    message: /root=\/dev\/vda1: \/dev\/vda1 cannot be mounted \(ro,nosuch\): .*Invalid argument/,
  },
  {
    board: 'no-program',
    append: 'root=/dev/vda1 init=/etc/which',
    message: 'init=/etc/which: the root (/dev/vda1) has no such executable file',
  },
];
const NO_DISK = 'no-disk';
const RETRY = 'retry';

function addBoards(): void {
  const add = ({ board, append }: Case, commands: (string | GuestCommand)[]) =>
    boards.addBoard(board, handoverBoard(append), commands);
  for (const board of TO_FIRST) add(board, IN_FIRST_ROOT);
  for (const { board, append } of TO_SECOND)
    add({ board, append: `quiet ${append} -- single "two words"` }, IN_SECOND_ROOT);
  for (const board of FAILING) add(board, [{ run: 'tty; test -d /newroot', expect: '^/dev/ttyAMA0$' }]);
  const without = { initramfs: 'handover', append: 'root=/dev/vda1 rootwait=0' };
  boards.addBoard(NO_DISK, without, ['true']);
  boards.addBoard(RETRY, handoverBoard('root=LABEL=nosuch rootwait=0'), []);
}

/** Lists what a kernel has built in, as `make modules_install` does. */
function writeBuiltIn(image: string): void {
  const bytes = readFileSync(join(boards.root, image), 'latin1');
  const release = /Linux version (\S+)/.exec(bytes)![1]!;
  const path = `handover/overlay/lib/modules/${release}/modules.builtin`;
  boards.write(path, 'kernel/drivers/block/virtio_blk.ko\n');
}

beforeAll(async () => {
  boards = await makeDemoBoards(['busybox:build', 'kernel:build', 'kernel:build:devices']);
  writeBuiltIn('dist/kernel/Image');
  writeBuiltIn('dist/kernel/devices/Image');
  // One module that is built into the kernels, and one that does not exist.
  const modules = ['virtio-blk', 'nosuch'];
  addHandover(boards, { modules, overlays: ['{projectRoot}/overlay'] });
  addBoards();
  await boards.succeed(['run', 'disk:build']);
  const append = `root=UUID=${uuidOfFirstRoot(boards)} rootfstype=squashfs,ext4 rootdelay=1`;
  boards.addBoard(BY_UUID, handoverBoard(append), IN_FIRST_ROOT);
  const names = [...TO_FIRST, ...TO_SECOND, ...FAILING].map(({ board }) => board);
  const projects = [...names, BY_UUID, NO_DISK];
  allTests = await boards.nx(['run-many', '-t', 'test', '--parallel=2', '-p', ...projects]);
}, 40 * MINUTES);
afterAll(() => boards.remove());

/** The report of a board's test, which must have passed. */
function passed(board: string, variant?: string): BoardReport {
  const task = `${board}:test`;
  const fate = variant === undefined ? allTests.tasks[task] : 'ran';
  expect({ task, fate, output: fate === undefined ? allTests.output : '' }).toMatchObject({ fate: 'ran' });
  const report = boards.tested(board, variant);
  expect(report).toMatchObject({ outcome: 'ready' });
  return report;
}

function expectHandedOver({ console }: BoardReport): void {
  expect(console).toContain('init: the root is /dev/vda1, starting /sbin/init\n');
  expect(console.match(/^init: module .*/gm)).toEqual([
    expect.stringMatching(/^init: module nosuch: not loaded/),
  ]);
}

it('rebuilds no kernel', () => {
  expect(['hit', 'skipped']).toContain(allTests.tasks['kernel:build']);
});

describe('hands over to the root that the command line names', () => {
  it.each([...TO_FIRST.map(({ board }) => board), BY_UUID])('%s', (board) => {
    expectHandedOver(passed(board));
  });

  it.each(TO_SECOND.map(({ board }) => board))('%s', (board) => {
    const { console } = passed(board);
    expect(console).toContain('arguments: single two words\n');
    expect(console).not.toContain('init: the root is');
  });

  it('by the same initramfs on another kernel', async () => {
    const { tasks } = await boards.succeed(['run', 'by-label:test', '-c', 'devices']);
    expect(tasks['handover:build']).toBe('hit');
    expectHandedOver(passed('by-label', 'devices'));
  });
});

describe('says what failed, in a rescue shell', () => {
  it.each(FAILING.map(({ board, message }) => [board, message] as const))('%s', (board, message) => {
    const { console } = passed(board);
    expect(console).toMatch(typeof message === 'string' ? `init: ${message}\n` : message);
    expect(console).toMatch(/^ *254 +1 +\d+ vda1$/m);
    expect(console).toMatch(/^\/dev\/vda1: LABEL="rootfs" UUID="[0-9a-f-]+" TYPE="ext4"$/m);
    expect(console).toMatch(/^\S+\/vda2\/uevent:PARTNAME=my other=root$/m);
    expect(console).toContain('This is a rescue shell');
  });

  it('a disk that is not there', () => {
    expect(passed(NO_DISK).console).toContain('init: the kernel sees no block device');
  });

  it('and tries again when that ends, with what was mounted by hand', async () => {
    const dialogue: [prompt: RegExp, typed: string][] = [
      [/rescue shell[^]*# $/, 'mount -o ro /dev/vda1 /newroot'],
      [/newroot[^]*# $/, 'exit'],
      [/the root is \/newroot[^]*# $/, 'cat /etc/which'],
      [/^the first root$[^]*# $/m, 'poweroff -f'],
    ];
    const { output } = await boards.succeed(['run', `${RETRY}:command`, '--json']);
    const [program, ...args] = printedCommand(output);
    const guest = spawn(program!, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    let unread = '';
    guest.stdout.on('data', (chunk) => {
      unread += String(chunk).replaceAll('\r', '');
      if (!dialogue[0]?.[0].test(unread)) return;
      unread = '';
      guest.stdin.write(`${dialogue.shift()![1]}\n`);
    });
    const exitCode = await new Promise((resolve) => guest.on('close', resolve));
    expect({ exitCode, dialogue }).toEqual({ exitCode: 0, dialogue: [] });
  });
});
