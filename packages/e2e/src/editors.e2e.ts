import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeFakeWorkspace } from './fake-workspace.js';
import { nx, nxEnvironment, REPOSITORY, type NxRun } from './nx-run.js';

const MINUTES = 60_000;
const { HOME, BRINGUP_HOME } = process.env;

interface Entry {
  directory: string;
  file: string;
  command: string;
}
const database = (...path: string[]) =>
  JSON.parse(readFileSync(join(...path, 'compile_commands.json'), 'utf8')) as Entry[];

function expectSuccess({ exitCode, output }: NxRun): void {
  expect({ exitCode, output: exitCode === 0 ? '' : output }).toEqual({ exitCode: 0, output: '' });
}

describe('compile_commands.json of a real kernel', () => {
  const kernel = 'mini-distro-kernel';
  const clangd = join(REPOSITORY, '.bringup/clangd');
  const out = join(REPOSITORY, '.bringup/build', kernel, 'serial/out');

  it(
    'is made where the kernel is, and whatever is published',
    async () => {
      const env = { HOME: HOME!, ...(BRINGUP_HOME ? { BRINGUP_HOME } : {}) };
      expectSuccess(
        await nx(['run', `${kernel}:compile-commands`, '-c', 'serial'], { cwd: REPOSITORY, env }),
      );
      expect(database(clangd, kernel).length).toBeGreaterThan(400);
    },
    20 * MINUTES,
  );

  it("has the files of the kernel's own gen_compile_commands.py, and the commands but for gcc's own flags", () => {
    const directory = mkdtempSync(join(tmpdir(), 'bringup-commands-'));
    try {
      const file = join(directory, 'compile_commands.json');
      const script = join(out, 'source/scripts/clang-tools/gen_compile_commands.py');
      execFileSync('python3', [script, '-d', out, '-o', file]);
      const theirs = new Map(database(directory).map((entry) => [entry.file, entry]));
      const ours = database(clangd, kernel);
      expect(ours.map(({ file: name }) => name)).toEqual([...theirs.keys()].sort());
      for (const { file: name, directory: place, command } of ours) {
        const { directory: theirPlace, command: theirCommand } = theirs.get(name)!;
        const words = theirCommand.split(' ');
        expect([name, place, command.split(' ').filter((word) => !words.includes(word))]).toEqual([
          name,
          theirPlace,
          [],
        ]);
      }
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it.each(['init/main.c', 'arch/x86/kernel/setup.c'])(
    'is what clangd reads %s with, without an error',
    (name) => {
      const file = join(realpathSync(join(out, 'source')), name);
      const { stderr } = spawnSync('clangd', [`--compile-commands-dir=${clangd}`, `--check=${file}`], {
        encoding: 'utf8',
      });
      const errors = stderr.split('\n').filter((line) => line.startsWith('E['));
      expect(errors).toEqual([]);
      expect(stderr).toContain('All checks completed, 0 errors');
    },
    5 * MINUTES,
  );
});

it(
  'compile_commands.json of a module names its files in the workspace, and is what clangd reads them with',
  async () => {
    const env = { HOME: HOME!, ...(BRINGUP_HOME ? { BRINGUP_HOME } : {}) };
    expectSuccess(await nx(['run', 'hello:compile-commands'], { cwd: REPOSITORY, env }));
    const clangd = join(REPOSITORY, '.bringup/clangd');
    const file = join(realpathSync(REPOSITORY), 'examples/hello/hello.c');
    expect(database(clangd, 'hello').map((entry) => entry.file)).toEqual([file]);
    const check = spawnSync('clangd', [`--compile-commands-dir=${clangd}`, `--check=${file}`], {
      encoding: 'utf8',
    });
    expect(check.stderr).toContain('All checks completed, 0 errors');
  },
  20 * MINUTES,
);

describe('compile_commands.json of a workspace', () => {
  const workspace = makeFakeWorkspace();
  const run = (...args: string[]) => nx(args, { cwd: workspace.root });
  const clangd = join(workspace.root, '.bringup/clangd');
  afterAll(() => workspace.remove());

  it('compiles what came from a cache, and leaves what is published alone', async () => {
    // The first run writes the lock, which is an input.
    expectSuccess(await run('run', 'kernel:build'));
    expectSuccess(await run('run', 'kernel:build'));
    for (const name of ['.bringup', 'dist']) rmSync(join(workspace.root, name), { recursive: true });
    expect((await run('run', 'kernel:build')).tasks['kernel:build']).toBe('hit');
    expect(existsSync(join(workspace.root, '.bringup/build/kernel/default/out'))).toBe(false);
    const made = await run('run', 'kernel:compile-commands');
    expectSuccess(made);
    expect(made.output).toContain('came from a cache: compiling');
    const files = database(clangd, 'kernel').map(({ file }) => file.replace(/.*\/sources\/[^/]+\//, ''));
    expect(files).toEqual(['fs/ext4.c', 'init/main.c', 'kernel/printk.c']);
    expect((await run('run', 'kernel:build')).tasks['kernel:build']).toBe('hit');
  }, 120_000);

  it('has the project, and the variant, that was asked for last first', async () => {
    workspace.edit('kernel/project.json', (json: Record<string, never>) => {
      Object.assign((json as Record<string, any>).targets.build, { configurations: { big: {} } }); // eslint-disable-line @typescript-eslint/no-explicit-any -- project.json as a test edits it
    });
    const other = workspace.read('kernel/project.json').replace('"name": "kernel"', '"name": "other"');
    workspace.write('other/project.json', other.replaceAll('{projectRoot}', 'kernel'));
    const first = () => database(clangd)[0]!.directory.replace(/.*\/build\//, '');
    expectSuccess(await run('run', 'other:compile-commands'));
    expect(first()).toBe('other/default/out');
    expectSuccess(await run('run', 'kernel:compile-commands', '-c', 'big'));
    expect(first()).toBe('kernel/big/out');
    // Two kernels of one source: a file has one command.
    expect(new Set(database(clangd).map(({ directory }) => directory))).toHaveProperty('size', 1);
  }, 120_000);

  it('is that of the other projects after a clean, and gone after the last one', async () => {
    const cleaned = await run('run', 'kernel:clean');
    expectSuccess(cleaned);
    expect(cleaned.output).toContain('kernel: removed .bringup/clangd/kernel, ');
    expect(cleaned.output).toContain('kernel: removed .bringup/build/kernel/big, ');
    expect(existsSync(join(clangd, 'kernel'))).toBe(false);
    expect(database(clangd)[0]!.directory).toMatch(/build\/other\/default\/out$/);
    expectSuccess(await run('run', 'other:clean'));
    expect(existsSync(join(clangd, 'compile_commands.json'))).toBe(false);
  }, 120_000);

  it('is refused for a project that compiles nothing by Kconfig', async () => {
    const { exitCode, output } = await run('run', 'rootfs:compile-commands');
    expect(exitCode).not.toBe(0);
    expect(output).toContain('compile-commands');
  });
});

describe('the generator vscode', () => {
  const workspace = makeFakeWorkspace();
  afterAll(() => workspace.remove());
  const generate = (...args: string[]) => {
    const argv = [join(workspace.root, 'node_modules/nx/dist/bin/nx.js'), 'g', '@bringup/nx:vscode', ...args];
    const { status, stdout, stderr } = spawnSync(process.execPath, argv, {
      cwd: workspace.root,
      env: nxEnvironment(workspace.root),
      encoding: 'utf8',
    });
    return { exitCode: status, output: stdout + stderr, tasks: {} };
  };

  it('writes nothing in a dry run, files without, and the same files again', () => {
    const dry = generate('board', '--dry-run');
    expectSuccess(dry);
    expect(dry.output).toContain('CREATE .vscode/launch.json');
    expect(existsSync(join(workspace.root, '.vscode'))).toBe(false);
    expectSuccess(generate('board'));
    const names = ['launch', 'tasks', 'settings', 'extensions'].map((name) => `.vscode/${name}.json`);
    const before = names.map((name) => workspace.read(name));
    const again = generate();
    expectSuccess(again);
    expect(again.output).not.toMatch(/CREATE|UPDATE/);
    expect(names.map((name) => workspace.read(name))).toEqual(before);
  }, 120_000);

  it('names the boards when it is given none of them', () => {
    const { exitCode, output } = generate('kernel');
    expect(exitCode).toBe(1);
    expect(output).toMatch(/kernel is not a board of this workspace\. Boards: board/);
  });
});
