import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { GuestCommand } from '@bringup/qemu';
import { nx, REPOSITORY, type NxOptions, type NxRun } from './nx-run.js';
import { kill, processesOf, remaining } from './processes.js';

/** Long enough for a loaded machine. */
const BOOT_SECONDS = 300;

/** A workspace for boards of a test, over the demo's kernel and BusyBox as the repository has built them. */
export interface DemoBoards {
  readonly root: string;
  write(path: string, content: string | Buffer, mode?: number): void;
  read(path: string): string;
  /** Writes the `project.json` of a project with this one target, in a directory of its name. */
  addProject(name: string, executor: string, options: object): void;
  /** Writes the `project.json` of a board of the demo's arm64 kernel and, unless the options say otherwise, its initramfs. */
  addBoard(name: string, options: object, commands?: readonly (string | GuestCommand)[]): void;
  nx(args: readonly string[], options?: Omit<NxOptions, 'cwd'>): Promise<NxRun>;
  /** As {@link DemoBoards.nx}, for a command that has to succeed. */
  succeed(args: readonly string[], options?: Omit<NxOptions, 'cwd'>): Promise<NxRun>;
  /** The results that a board's test published: `test.json`, and the console's text with LF line ends. */
  tested(board: string, variant?: string): BoardReport;
  /** Removes it, once whatever still runs there is killed. */
  remove(): Promise<void>;
}

export interface BoardReport {
  outcome: string;
  /** Of a test that failed. */
  code?: string;
  message?: string;
  commands?: { run: string; output: string; exitCode: number }[];
  console: string;
}

/** The parts of the repository that go into the demo's kernel, BusyBox and initramfs. */
const SOURCES = [
  ...['kernel', 'busybox', 'rootfs'].map((name) => `examples/${name}`),
  'workspace-configs/kconfig',
  ...['bringup.lock', '.env'],
];

/** The home of the user who runs the tests, which has the sources and the ccache. */
const ENVIRONMENT = { HOME: process.env.HOME! };

/**
 * Builds `targets` (`kernel:build:devices`) in the repository, and copies what they published to a new workspace. The
 * plugin there is the repository's own, so recipes agree, and nothing is rebuilt.
 */
export async function makeDemoBoards(targets: readonly string[]): Promise<DemoBoards> {
  for (const target of targets)
    expectSuccess(await nx(['run', target], { cwd: REPOSITORY, env: ENVIRONMENT }));
  const root = mkdtempSync(join(tmpdir(), 'bringup-boards-'));
  for (const path of SOURCES) cpSync(join(REPOSITORY, path), join(root, path), { recursive: true });
  symlinkSync(join(REPOSITORY, 'node_modules'), join(root, 'node_modules'));
  mkdirSync(join(root, 'dist'));
  for (const project of new Set(targets.map((target) => target.split(':')[0]!))) {
    const published = join(REPOSITORY, 'dist', project);
    execFileSync('cp', ['--archive', '--reflink=auto', published, join(root, 'dist')]);
  }
  const boards = boardsIn(root);
  const nxJson = {
    plugins: ['@bringup/nx'],
    namedInputs: { default: ['{projectRoot}/**/*'] },
    analytics: false,
  };
  boards.write('nx.json', JSON.stringify(nxJson));
  boards.write('package.json', '{ "name": "boards", "version": "0.0.0", "private": true }\n');
  boards.write('.gitignore', 'node_modules\ndist\n.nx\n.bringup\n');
  execFileSync('git', ['init', '--quiet', root]);
  return boards;
}

function boardsIn(root: string): DemoBoards {
  const write = (path: string, content: string | Buffer, mode = 0o644) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content, { mode });
  };
  const read = (path: string) => readFileSync(join(root, path), 'utf8');
  const writeProject = (name: string, targets: object) =>
    write(`${name}/project.json`, `${JSON.stringify({ name, targets }, null, 2)}\n`);
  const run = (args: readonly string[], options: Omit<NxOptions, 'cwd'> = {}) =>
    nx(args, { cwd: root, ...options, env: { ...ENVIRONMENT, ...options.env } });
  return {
    ...{ root, write, read, nx: run },
    addProject: (name, executor, options) =>
      writeProject(name, { build: { executor: `@bringup/nx:${executor}`, options } }),
    addBoard: (name, options, commands) =>
      writeProject(name, {
        run: {
          executor: '@bringup/nx:qemu',
          options: { arch: 'arm64', kernel: 'kernel', initramfs: 'rootfs', ...options },
        },
        ...(commands && { test: { options: { commands, bootTimeout: BOOT_SECONDS } } }),
      }),
    succeed: async (args, options) => {
      const result = await run(args, options);
      expectSuccess(result);
      return result;
    },
    tested: (board, variant = '') => {
      const published = (file: string) => read(join('dist', board, variant, file));
      const console = published('console.log').replaceAll('\r', '');
      return { ...(JSON.parse(published('test.json')) as object), console } as BoardReport;
    },
    remove: async () => {
      const pids = processesOf(root).map(({ pid }) => pid);
      kill(pids, 'SIGKILL');
      await remaining(root);
      rmSync(root, { recursive: true, force: true });
    },
  };
}

function expectSuccess({ exitCode, output }: NxRun): void {
  expect({ exitCode, output: exitCode === 0 ? '' : output }).toEqual({ exitCode: 0, output: '' });
}
