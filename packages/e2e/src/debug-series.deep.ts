import { makeDemoBoards, type DemoBoards } from './demo-boards.js';
import { openTree } from './kconfig-trees.js';
import { seriesTree } from './linux-series.js';

/** A kernel of tinyconfig with the machine's preset and `preset:debug`, of the oldest and of the newest series, in gdb. */
const MINUTES = 60_000;
const ENDS = ['5.10', '7'] as const;

let boards: DemoBoards;

beforeAll(async () => {
  boards = await makeDemoBoards(['busybox:build', 'rootfs:build']);
  for (const series of ENDS) {
    const { locked } = await openTree(seriesTree(series, 'arm64'));
    const name = `kernel-${series}`;
    boards.write(`bringup.lock/sources/${name}.lock.json`, `${JSON.stringify(locked, null, 2)}\n`);
    boards.addProject(name, 'kernel', {
      arch: 'arm64',
      source: { kind: 'debian-package', package: (locked as { package: string }).package },
      base: 'tinyconfig',
      fragments: ['preset:virt-arm64', 'preset:debug'],
    });
    boards.addBoard(`board-${series}`, { kernel: name }, [{ run: 'uname -r', expect: `^${series}\\.` }]);
  }
  boards.write('commands', 'break start_kernel\ncontinue\nbt\ninfo symbol $pc\nlx-version\n');
}, 10 * MINUTES);
afterAll(() => boards?.remove());

describe.each(ENDS)('Linux %s', (series) => {
  it(
    'is built and boots',
    async () => {
      await boards.succeed(['run', `board-${series}:test`]);
    },
    30 * MINUTES,
  );

  it(
    'is debugged to start_kernel, with its source lines and its own commands',
    async () => {
      const how = ['--at=first-instruction', '--scripted', `--commands=${boards.root}/commands`];
      const { output } = await boards.succeed(['run', `board-${series}:debug`, ...how]);
      expect(output).toMatch(/Breakpoint \d+, start_kernel \(\) at \S+init\/main\.c:\d+\n\d+\s+\S/);
      expect(output).toMatch(new RegExp(`^Linux version ${series}\\.`, 'm'));
    },
    10 * MINUTES,
  );
});
