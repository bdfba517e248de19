import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { makeDemoBoards, type DemoBoards } from './demo-boards.js';
import { remaining } from './processes.js';
import { addSmallKernel } from './small-kernel.js';

/** A share by QEMU's SMB server, Samba, which the guest's kernel mounts. */
const MINUTES = 60_000;

let boards: DemoBoards;
const at = (path: string) => join(boards.root, path);

beforeAll(async () => {
  boards = await makeDemoBoards(['busybox:build']);
  const network = ['NET', 'INET', 'NETDEVICES', 'VIRTIO_NET', 'NETWORK_FILESYSTEMS', 'CIFS'];
  addSmallKernel(boards, 'smb-kernel', 'linux-source-6.1', [
    ...network.map((symbol) => `CONFIG_${symbol}=y`),
  ]);
  boards.write('shared, with a comma/from-host', 'of the host\n');
  boards.addBoard(
    'smb',
    {
      kernel: 'smb-kernel',
      network: [{ type: 'user' }],
      shares: [{ type: 'smb', path: 'shared, with a comma', writable: true }],
    },
    [
      'ip addr add 10.0.2.15/24 dev eth0; ip link set eth0 up',
      'mkdir /smb; mount -t cifs -o sec=none //10.0.2.4/qemu /smb',
      { run: 'cat /smb/from-host', expect: '^of the host$' },
      'echo "of the guest" >/smb/from-guest; umount /smb',
    ],
  );
  // QEMU writes smbd's configuration there.
  mkdirSync(at('tmp'));
  await boards.succeed(['run', 'smb:build']);
}, 90 * MINUTES);
afterAll(() => boards.remove());

it(
  'is read and written by the guest, and leaves nothing behind',
  async () => {
    await boards.succeed(['run', 'smb:test'], { env: { TMPDIR: at('tmp') } });
    expect(readFileSync(at('shared, with a comma/from-guest'), 'utf8')).toBe('of the guest\n');
    expect(statSync(at('shared, with a comma/from-guest')).uid).toBe(process.getuid?.());
    expect(await remaining(boards.root)).toEqual([]);
    expect(readdirSync(at('tmp'))).toEqual([]);
  },
  20 * MINUTES,
);
