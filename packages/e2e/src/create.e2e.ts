import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { BOOT_PATHS } from 'create-bringup';
import { REPOSITORY } from './nx-run.js';
import { Terminal } from './terminal.js';
import { becomeUser, type User } from './user.js';

/** docs/guides/getting-started.md, as somebody does it who has Bringup from the registry. */

const MINUTES = 60_000;
const GUIDE = readFileSync(join(REPOSITORY, 'docs/guides/getting-started.md'), 'utf8');

const MAIN = join(REPOSITORY, 'packages/create-bringup/dist/main.js');

let user: User;
beforeAll(async () => {
  user = await becomeUser();
}, 10 * MINUTES);
afterAll(async () => await user.leave());

/** The command that create-bringup ends with: the one line that is indented. */
const printedCommand = (output: string) => /^ {2}(\S.*)$/m.exec(output)![1]!;

it(
  'a guide, one command, and what it prints: a shell',
  async () => {
    const [create, boot] = [...GUIDE.matchAll(/^(npm create .*|cd .*)$/gm)].map(([line]) => line);
    const output = await user.run(user.directory, ['sh', '-c', create!]);
    expect(printedCommand(output)).toBe(boot);
    const seen = await user.boot(user.directory, printedCommand(output), ['uname -m', 'poweroff -f']);
    expect(seen).toMatch(/^aarch64\r?$/m);
    expect(seen).toContain('reboot: Power down');
  },
  45 * MINUTES,
);

describe('what it made', () => {
  const root = () => join(user.directory, 'my-linux');

  it('is a git repository, whose first commit waits for a name', () => {
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'safe.directory=*', '-C', root(), ...args], { encoding: 'utf8' });
    expect(git('symbolic-ref', 'HEAD').trim()).toBe('refs/heads/main');
    expect(git('diff', '--cached', '--name-only')).toContain('boards/virt-arm64/project.json');
    expect(git('ls-files')).not.toMatch(/node_modules|\.bringup/);
    // The lock of sources and tools, written by the first build, is to be committed.
    expect(git('ls-files', '--others', '--exclude-standard', '--directory')).toBe('bringup.lock/\n');
  });

  it('has the plugin as npm installs it', () => {
    const { devDependencies } = JSON.parse(readFileSync(join(root(), 'package.json'), 'utf8')) as {
      devDependencies: Record<string, string>;
    };
    const { version } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')) as {
      version: string;
    };
    expect(devDependencies['@bringup/nx']).toMatch(new RegExp(`^[~^]?${version.replaceAll('.', '\\.')}$`));
    expect(readdirSync(join(root(), 'node_modules/@bringup/nx')).sort()).toContain('presets');
    expect(existsSync(join(root(), 'node_modules/@bringup/nx/src/index.ts'))).toBe(false);
  });

  it('is offered for what boards are generated for', () => {
    const inWorkspace = createRequire(join(root(), 'package.json'));
    const { BOARD_MACHINES } = inWorkspace('@bringup/nx/dist/kinds/board/board-machines.js') as {
      BOARD_MACHINES: { arch: string; paths: readonly string[] }[];
    };
    // The first machine of an architecture is its generic one.
    const generic = Object.fromEntries([...BOARD_MACHINES].reverse().map(({ arch, paths }) => [arch, paths]));
    expect(BOOT_PATHS).toEqual(generic);
  });
});

it(
  'asks on a terminal for what was not typed, and makes nothing when its user leaves',
  async () => {
    const terminal = new Terminal(REPOSITORY);
    try {
      await terminal.startShell();
      await terminal.type(
        `cd '${user.directory}'; '${process.execPath}' '${MAIN}' --boot=uefi; echo "ended: $?"`,
      );
      await terminal.until(/Which directory\?\n.*my-linux/);
      await terminal.type('asked');
      await terminal.until(/Which architecture\?/);
      // Only architectures that UEFI boots are offered.
      const offered = terminal
        .screen()
        .split('Which architecture?')[1]!
        .match(/\b(arm64|arm|x86_64|riscv64)\b/g);
      expect([...new Set(offered)].sort()).toEqual(['arm64', 'x86_64']);
      await terminal.keys('C-c');
      await terminal.until(/nothing was chosen \[ABORTED\][^]*ended: 130/);
    } finally {
      terminal.close();
    }
    expect(existsSync(join(user.directory, 'asked'))).toBe(false);
  },
  2 * MINUTES,
);

it(
  'a registry that cannot be reached: the reason, and nothing half-written',
  async () => {
    const nowhere = { npm_config_registry: 'http://127.0.0.1:9/', npm_config_fetch_retries: '0' };
    const cache = { npm_config_cache: join(user.directory, 'no-cache') };
    // The user may not be able to read this repository, which lies below /root.
    const places = readdirSync(join(user.home, '.npm/_npx')).map((name) =>
      join(user.home, '.npm/_npx', name),
    );
    const main = places
      .map((place) => join(place, 'node_modules/create-bringup/dist/main.js'))
      .find(existsSync)!;
    const failed = user.run(user.directory, [process.execPath, main, 'broken'], { ...nowhere, ...cache });
    await expect(failed).rejects.toThrow(/ECONNREFUSED[^]*\[TOOL_FAILED\]/);
    expect(existsSync(join(user.directory, 'broken'))).toBe(false);
  },
  5 * MINUTES,
);
