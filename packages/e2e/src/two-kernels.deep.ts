import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeDemoBoards, type DemoBoards } from './demo-boards.js';
import { addHandover, handoverBoard, IN_FIRST_ROOT } from './handover.js';
import { addSmallKernel } from './small-kernel.js';

/** One initramfs that hands over on two versions of the kernel. Its driver is a module of the first, and built into the second. */
const MINUTES = 60_000;

let boards: DemoBoards;

beforeAll(async () => {
  boards = await makeDemoBoards(['busybox:build']);
  addSmallKernel(boards, 'kernel-6.1', 'linux-source-6.1', ['CONFIG_VIRTIO_BLK=m']);
  addSmallKernel(boards, 'kernel-6.12', 'linux-source-6.12', ['CONFIG_VIRTIO_BLK=y']);
  addHandover(boards, {
    modules: ['kernel-6.1', 'kernel-6.12'].map((kernel) => ({ kernel, names: ['virtio_blk'] })),
  });
  const board = (kernel: string, commands: object[]) =>
    boards.addBoard(`board-${kernel}`, handoverBoard('root=LABEL=rootfs', { kernel: `kernel-${kernel}` }), [
      ...IN_FIRST_ROOT,
      ...(commands as { run: string }[]),
    ]);
  board('6.1', [{ run: 'uname -r', expect: '^6\\.1\\.' }, { run: 'grep -c ^virtio_blk /proc/modules' }]);
  board('6.12', [
    { run: 'uname -r', expect: '^6\\.12\\.' },
    { run: 'grep -c ^virtio_blk /proc/modules', exitCode: 1 },
  ]);
  await boards.succeed(['run-many', '-t', 'build', '-p', 'board-6.1', 'board-6.12', '--parallel=1']);
}, 120 * MINUTES);
afterAll(() => boards.remove());

const sha256 = () =>
  createHash('sha256')
    .update(readFileSync(join(boards.root, 'dist/handover/initramfs.cpio')))
    .digest('hex');

it(
  'boots under both from the same bytes',
  async () => {
    const built = sha256();
    for (const version of ['6.1', '6.12']) {
      const { tasks } = await boards.succeed(['run', `board-${version}:test`]);
      expect({ version, fate: tasks['handover:build'] }).toEqual({ version, fate: 'hit' });
      expect(sha256()).toBe(built);
      const { console } = boards.tested(`board-${version}`);
      expect(console).toContain('init: the root is /dev/vda1, starting /sbin/init\n');
      expect(console).not.toContain('init: module');
    }
  },
  20 * MINUTES,
);
