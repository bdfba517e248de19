import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readLock } from '@bringup/kbuild';
import { dialogue, printedCommand } from './dialogue.js';
import { lockTool, makeFakeWorkspace } from './fake-workspace.js';
import { pathWithout } from './host-programs.js';
import { nx, REPOSITORY, type NxRun } from './nx-run.js';

/** Programs of every kind on the kernel of the mini distribution, which has little more than system calls. */
const MINUTES = 60_000;
const { HOME, BRINGUP_HOME } = process.env;
const here = (args: string[]) =>
  nx(args, { cwd: REPOSITORY, env: { HOME: HOME!, ...(BRINGUP_HOME ? { BRINGUP_HOME } : {}) } });
const BOARD = 'pc-mini-shells';

function expectSuccess({ exitCode, output }: NxRun): void {
  expect({ exitCode, output: exitCode === 0 ? '' : output }).toEqual({ exitCode: 0, output: '' });
}

/** The command that boots the board with another program as init. */
async function command(init: string): Promise<string> {
  return (await here(['run', `${BOARD}:command`, '-c', 'serial', '--json', `--append=rdinit=${init}`]))
    .output;
}

it(
  'builds the shells',
  async () => expectSuccess(await here(['run', `${BOARD}:build`, '-c', 'serial'])),
  20 * MINUTES,
);

it.each([
  ['C and assembly, without the C library', '/init'],
  ['C', '/libc'],
])(
  'a shell in %s runs programs as init',
  async (_language, init) => {
    const console = await dialogue(printedCommand(await command(init)), [
      [/# $/, '/hello'],
      [/hello from mini-distro\r?\n# $/, '/nope'],
      [/not found\r?\n# $/, undefined],
    ]);
    expect(console).toContain(`Run ${init} as init process`);
  },
  2 * MINUTES,
);

it.each([
  ['returns from where nobody called it', '/no-exit', /no way back\s+no-exit\[1\]: segfault at 1 ip 0+1 /],
  ['reads a canary that no C library put there', '/stack-protector', /stack-protector\[1\]: segfault at 28 /],
])(
  'a shell that %s takes the kernel along',
  async (_what, init, said) => {
    const append = `--append=rdinit=${init}`;
    expectSuccess(
      await here(['run', `${BOARD}:test`, '-c', 'serial', append, '--expect.outcome=init-exited']),
    );
    const log = readFileSync(join(REPOSITORY, 'dist', BOARD, 'serial/console.log'), 'utf8');
    expect(log).toMatch(said);
    expect(log).toContain('Attempted to kill init! exitcode=0x0000000b');
  },
  2 * MINUTES,
);

describe('a program in Rust', () => {
  const workspace = makeFakeWorkspace();
  const json = (path: string, value: unknown) => workspace.write(path, JSON.stringify(value));
  const build = (target: string, env: Record<string, string> = {}) =>
    nx(['run', target], { cwd: workspace.root, env });

  beforeAll(() => {
    const options = { arch: 'x86_64', sources: ['{projectRoot}/main.rs'], headers: ['{projectRoot}/*.rs'] };
    json('rusty/project.json', {
      name: 'rusty',
      targets: { build: { executor: '@bringup/nx:program', options } },
    });
    workspace.write(
      'rusty/main.rs',
      'mod name;\nfn main() {\n    println!("hello from {}", name::NAME);\n    loop {\n        std::thread::park();\n    }\n}\n',
    );
    workspace.write('rusty/name.rs', 'pub const NAME: &str = "Rust";\n');
    const files = [{ path: '/init', from: 'rusty:rusty' }];
    const initramfs = { arch: 'x86_64', init: 'none', files, compression: 'none' };
    json('guest/project.json', {
      name: 'guest',
      targets: { build: { executor: '@bringup/nx:initramfs', options: initramfs } },
    });
  });
  afterAll(() => workspace.remove());

  it(
    'is an init',
    async () => {
      expectSuccess(await build('guest:build'));
      const argv = printedCommand(await command('/init'));
      argv[argv.indexOf('-initrd') + 1] = join(workspace.root, 'dist/guest/initramfs.cpio');
      await dialogue(argv, [[/hello from Rust\r?\n$/, undefined]]);
    },
    3 * MINUTES,
  );

  it('is built again for an edit of a module, and for another compiler or standard library', async () => {
    const tasks = async () => (await build('guest:build')).tasks;
    await tasks();
    expect(await tasks()).toEqual({ 'rusty:build': 'hit', 'guest:build': 'hit' });
    workspace.write('rusty/name.rs', 'pub const NAME: &str = "crabs";\n');
    expect(await tasks()).toEqual({ 'rusty:build': 'ran', 'guest:build': 'ran' });
    const { tools } = await readLock(workspace.root);
    const rust = Object.entries(tools).filter(([name]) => name.startsWith('rust'));
    expect(rust.map(([name]) => name)).toEqual(['rust-std-x86_64-unknown-linux-gnu', 'rustc']);
    for (const [name, line] of rust) {
      lockTool(workspace, name, 'another');
      const { exitCode, output } = await build('rusty:build');
      expect({ exitCode, output }).toMatchObject({ exitCode: 1 });
      expect(output).toContain(`${name}: locked another, here ${line}`);
      lockTool(workspace, name, line);
    }
  }, 120_000);

  it('names the package of a missing rustc', async () => {
    workspace.write('rusty/main.rs', 'fn main() {}\n');
    const path = pathWithout(/^rustc$/);
    const run = await build('rusty:build', { PATH: path }).finally(() => rmSync(path, { recursive: true }));
    expect(run.exitCode).toBe(1);
    expect(run.output).toMatch(/rustc: program not found in PATH\. Install it: apt-get install rustc/);
  });
});
