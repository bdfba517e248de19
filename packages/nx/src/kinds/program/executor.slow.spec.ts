import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutorContext } from '@nx/devkit';
import { readLock } from '@bringup/kbuild';
import type { ProgramOptions } from '../../generated/program-options.js';
import { makeWorkspace } from '../../testing/workspace.js';
import programExecutor from './executor.js';
import { runTask } from '../../tasks/task.js';

// A CI machine's CI=true would freeze the lock, which these workspaces do not have yet.
process.env.BRINGUP_FROZEN = 'false';

beforeEach(() => jest.spyOn(console, 'error').mockImplementation(() => undefined));
afterEach(() => jest.restoreAllMocks());

const said = () => jest.mocked(console.error).mock.calls.join('\n');

const FILES = {
  'p/main.c': '#include "lib/x.h"\nint main(void) { return X; }\n',
  'p/lib/x.h': '#define X 1\n',
};
const OPTIONS = { arch: 'x86_64', sources: ['p/main.c'], headers: ['p/**/*.h'] } satisfies ProgramOptions;

/** Builds a program in a workspace; gives its files, or none when it failed. */
async function run(options: Partial<ProgramOptions> = {}, root = makeWorkspace(FILES)) {
  const context = { root, cwd: root, isVerbose: false, projectName: 'p' } as ExecutorContext;
  const { success } = await runTask(context, (task) =>
    programExecutor(task, { ...OPTIONS, ...options } as ProgramOptions),
  );
  const output = join(root, options.outputPath ?? 'dist/p');
  return { success, root, output, files: existsSync(output) ? readdirSync(output).sort() : [] };
}

const lockedTools = async (root: string) => Object.keys((await readLock(root)).tools);

it('publishes the program beside its debug information, and locks what made it', async () => {
  const { files, output, root } = await run();
  expect(files).toEqual(['manifest.json', 'p', 'p.debug']);
  expect(statSync(join(output, 'p')).mode & 0o100).toBe(0o100);
  expect(await lockedTools(root)).toEqual([
    'x86_64-linux-gnu-gcc',
    'x86_64-linux-gnu-ld',
    'x86_64-linux-gnu-libc',
  ]);
});

it('compiles once, again after an edit or with another option, and removes what has another name now', async () => {
  const { root, output } = await run();
  await run({}, root);
  expect(said()).toContain('up to date, nothing to compile');
  const before = readFileSync(join(output, 'p.debug'));
  writeFileSync(join(root, 'p/lib/x.h'), '#define X 2\n');
  await run({}, root);
  expect(said()).toContain('built p, p.debug');
  expect(readFileSync(join(output, 'p.debug')).equals(before)).toBe(false);
  expect((await run({ output: 'q', strip: false }, root)).files).toEqual(['manifest.json', 'q']);
});

it.each<[string, Partial<ProgramOptions>]>([
  ['static', { static: false }],
  ['libc', { libc: false, entry: 'main' }],
  ['entry', { entry: 'main' }],
  ['compilerFlags', { compilerFlags: ['-O0'] }],
  ['linkerFlags', { linkerFlags: ['-Wl,-z,noseparate-code'] }],
])('%s changes the program', async (_option, change) => {
  const plain = await run();
  const changed = await run(change);
  expect(changed.success).toBe(true);
  const program = ({ output }: { output: string }) => readFileSync(join(output, 'p'));
  expect(program(changed).equals(program(plain))).toBe(false);
});

it('arch and outputPath say for what, and where', async () => {
  const { output, root } = await run({ arch: 'arm64', outputPath: 'out/x' });
  // e_machine, at byte 18 of an ELF header; 183 is EM_AARCH64.
  expect(readFileSync(join(output, 'p')).readUInt16LE(18)).toBe(183);
  expect(await lockedTools(root)).toContain('aarch64-linux-gnu-gcc');
});

it('names a compiler that is not there', async () => {
  expect((await run({ crossCompile: 'nobody-has-' })).success).toBe(false);
  expect(said()).toMatch(/nobody-has-gcc: program not found in PATH/);
});

it('leaves what was published when an edit does not compile, and says what the compiler says', async () => {
  const { root, output } = await run();
  const manifest = readFileSync(join(output, 'manifest.json'), 'utf8');
  writeFileSync(join(root, 'p/main.c'), 'int main(void) { return y; }\n');
  expect((await run({}, root)).success).toBe(false);
  expect(said()).toMatch(/p: p\/main\.c does not compile:\n[^]*p\/main\.c:1:25: error: 'y' undeclared/);
  expect(readFileSync(join(output, 'manifest.json'), 'utf8')).toBe(manifest);
});

describe('headers', () => {
  it.each([
    ['p/lib/*.h', true, /built/],
    ['p/lib/x.h', true, /built/],
    ['p/**/?.h', true, /built/],
    ['p/*.h', false, /headers: p\/\*\.h matches no file/],
    [
      'p/lib/*.{h,c}',
      false,
      /headers: p\/lib\/\*\.\{h,c\} matches no file\. Only \*, \*\* and \? are wildcards/,
    ],
    ['../*/lib/x.h', false, /stays inside the workspace/],
    ['p/lib', false, /headers: p\/lib is not a file/],
    ['p/lib/y.h', false, /headers: p\/lib\/y\.h does not exist/],
  ])('%s', async (header, success, message) => {
    expect((await run({ headers: [header] })).success).toBe(success);
    expect(said()).toMatch(message);
  });

  it('do not match what git ignores, which Nx does not hash; by its name it is taken', async () => {
    const root = makeWorkspace({ ...FILES, '.gitignore': 'lib\n' });
    expect((await run({ headers: ['p/**/*.h'] }, root)).success).toBe(false);
    expect((await run({ headers: ['p/lib/x.h'] }, root)).success).toBe(true);
  });

  it('are part of the hash only where they are listed', async () => {
    const { root, output } = await run({ headers: [] });
    expect(existsSync(output)).toBe(false);
    expect(said()).toContain('"headers": ["p/lib/x.h"]');
    rmSync(join(root, 'p/lib'), { recursive: true });
    expect((await run({ headers: [] }, root)).success).toBe(false);
    expect(said()).toContain('fatal error: lib/x.h: No such file');
  });
});
