import { addProjectConfiguration, type Tree } from '@nx/devkit';
import { createTreeWithEmptyWorkspace } from '@nx/devkit/testing';
import { parse } from 'jsonc-parser';
import vscodeGenerator, { type VscodeGeneratorOptions } from './generator.js';

type Json = Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any -- files of an editor, as a test reads them

/**
 * The attributes of VS Code's tasks.json ("Schema for tasks.json", code.visualstudio.com/docs/reference/tasks-appendix)
 * and of the C/C++ extension's `cppdbg` (CppdbgLaunchOptions, its tools/OptionsSchema.json) that are used here, by type.
 */
const TASK: Record<string, (value: unknown) => boolean> = {
  label: isText,
  type: (value) => ['shell', 'process'].includes(value as string),
  command: isText,
  args: (value) => Array.isArray(value) && value.every(isText),
  group: (value) => ['build', 'test'].includes(value as string),
  isBackground: (value) => typeof value === 'boolean',
  problemMatcher: (value) => Array.isArray(value) || isMatcher(value as Json),
  presentation: (value) =>
    Object.entries(value as Json).every(
      ([key, one]) =>
        ({
          reveal: ['never', 'silent', 'always'],
          panel: ['shared', 'dedicated', 'new'],
          focus: [true, false],
        })[key]?.includes(one as never) ?? false,
    ),
};
const CPPDBG: Record<string, (value: unknown) => boolean> = {
  // VS Code's own attributes of every launch configuration.
  name: isText,
  type: (value) => value === 'cppdbg',
  request: (value) => value === 'launch',
  preLaunchTask: isText,
  postDebugTask: isText,
  program: isText,
  cwd: isText,
  MIMode: (value) => value === 'gdb',
  miDebuggerPath: isText,
  miDebuggerServerAddress: (value) => /^[\w.]+:\d+$/.test(value as string),
  setupCommands: areCommands,
  postRemoteConnectCommands: areCommands,
};

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function areCommands(value: unknown): boolean {
  const keys = ['description', 'text', 'ignoreFailures'];
  return (value as Json[]).every(
    (one) => isText(one.text) && Object.keys(one).every((key) => keys.includes(key)),
  );
}

/** A background task's matcher: expressions, and groups of the pattern that are there. */
function isMatcher({ owner, pattern, background }: Json): boolean {
  const groups = new RegExp(`${pattern.regexp}|`).exec('')!.length - 1;
  const numbers = [pattern.file, pattern.line, pattern.message];
  new RegExp(background.beginsPattern);
  return (
    isText(owner) && numbers.every((one) => one >= 1 && one <= groups) && background.activeOnStart === true
  );
}

function check(entries: Json[], attributes: Record<string, (value: unknown) => boolean>): void {
  for (const entry of entries) {
    const wrong = Object.entries(entry).filter(([key, value]) => !attributes[key]?.(value));
    expect({ entry, wrong }).toEqual({ entry, wrong: [] });
  }
}

// formatFiles misses the formatters that a workspace without Prettier's settings would have; what is formatted is not looked at here.
beforeEach(() => jest.spyOn(console, 'warn').mockImplementation(() => undefined));
afterEach(() => jest.restoreAllMocks());

function workspace(): Tree {
  const tree = createTreeWithEmptyWorkspace();
  const add = (name: string, executor: string, options: Json, configurations: Json = {}, target = 'build') =>
    addProjectConfiguration(tree, name, {
      root: `projects/${name.replace('@', '')}`,
      targets: { [target]: { executor: `@bringup/nx:${executor}`, options, configurations } },
    });
  add('kernel', 'kernel', { arch: 'arm64' }, { debug: { extraFragments: ['preset:debug'] }, big: {} });
  add('plain', 'kernel', { arch: 'x86_64' });
  add('cd', 'iso-image', { arch: 'x86_64', kernel: 'plain' });
  add('virt', 'qemu', { arch: 'arm64', kernel: 'kernel' }, {}, 'run');
  add('@my/pc', 'qemu', { arch: 'x86_64', boot: { via: 'iso', iso: 'cd' } }, {}, 'run');
  add('firmware', 'qemu', { arch: 'arm64', firmware: 'x.bin' }, {}, 'boot');
  return tree;
}

const text = (tree: Tree, name: string) => tree.read(`.vscode/${name}.json`, 'utf8')!;
const json = (tree: Tree, name: string) => parse(text(tree, name)) as Json;

async function run(options: VscodeGeneratorOptions = {}, tree = workspace()) {
  await vscodeGenerator(tree, options);
  return {
    tree,
    launch: json(tree, 'launch').configurations as Json[],
    tasks: json(tree, 'tasks').tasks as Json[],
    settings: json(tree, 'settings'),
  };
}

it('writes what VS Code and its C/C++ extension document', async () => {
  const { tree, launch, tasks } = await run();
  check(launch, CPPDBG);
  check(tasks, TASK);
  expect(json(tree, 'launch').version).toBe('0.2.0');
  expect(json(tree, 'tasks').version).toBe('2.0.0');
  const labels = tasks.map(({ label }) => label as string);
  expect(new Set(labels).size).toBe(labels.length);
  const named = launch.flatMap(
    ({ preLaunchTask, postDebugTask }) => [preLaunchTask, postDebugTask] as string[],
  );
  expect(named.filter((label) => !labels.includes(label))).toEqual([]);
});

it('debugs the variant of the kernel that has debug information, with its sources', async () => {
  const { launch, tasks } = await run({ boards: ['virt'] });
  expect(launch).toHaveLength(1);
  expect(launch[0]).toMatchObject({
    name: 'virt (debug): debug kernel',
    program: '${workspaceFolder}/dist/kernel/debug/vmlinux',
    miDebuggerServerAddress: '127.0.0.1:1234',
    setupCommands: [
      {
        text: 'set substitute-path "/usr/src/bringup/source" "${workspaceFolder}/.bringup/build/kernel/debug/out/source"',
      },
    ],
  });
  const server = tasks.find(({ isBackground }) => isBackground)!;
  expect(server.args).toEqual([
    'nx',
    'run',
    'virt:debug',
    '--configuration=debug',
    '--server',
    '--port=1234',
  ]);
  expect('virt: stopped, and waiting for gdb at 127.0.0.1:1234. Attach:').toMatch(
    new RegExp(server.problemMatcher.background.endsPattern as string),
  );
  expect(tasks.map(({ label }) => label as string)).toContain('kernel (debug): clangd');
});

it.each<[string, VscodeGeneratorOptions, string]>([
  ['a variant', { boards: ['virt'], configuration: 'big' }, '${workspaceFolder}/dist/kernel/big/vmlinux'],
  ['a kernel behind a CD', { boards: ['@my/pc'] }, '${workspaceFolder}/dist/plain/vmlinux'],
])('takes %s', async (_what, options, program) => {
  expect((await run(options)).launch).toMatchObject([{ program }]);
});

it('gives a board without a kernel project its tasks, and each other board a port of its own', async () => {
  const { launch, tasks } = await run();
  expect(
    launch.map(({ name, miDebuggerServerAddress }) => [name, miDebuggerServerAddress] as string[]),
  ).toEqual([
    ['@my/pc: debug kernel', '127.0.0.1:1234'],
    ['virt (debug): debug kernel', '127.0.0.1:1235'],
  ]);
  expect(tasks.find(({ label }) => label === 'firmware: run')!.args).toEqual(['nx', 'run', 'firmware:boot']);
  expect(tasks.filter(({ label }) => /^firmware/.test(label as string))).toHaveLength(3);
});

describe('what is there already', () => {
  const LAUNCH = `{
  // mine
  "version": "0.2.0",
  "configurations": [
    // of my own
    { "name": "other", "type": "node", "request": "launch", "miDebuggerServerAddress": "localhost:1234" },
    {
      "name": "virt (debug): debug kernel",
      "miDebuggerServerAddress": "10.0.0.1:4000", // where it was
      "stopAtConnect": true
    },
  ],
}
`;

  it('stays: comments, other entries, further attributes, the port', async () => {
    const tree = workspace();
    tree.write('.vscode/launch.json', LAUNCH);
    tree.write(
      '.vscode/settings.json',
      '{ "clangd.arguments": ["-j=2"], "C_Cpp.intelliSenseEngine": "default" }',
    );
    const { launch, settings } = await run({ boards: ['virt'] }, tree);
    expect(text(tree, 'launch')).toMatch(/\/\/ mine[^]*\/\/ of my own/);
    expect(launch.map(({ name }) => name as string)).toEqual(['other', 'virt (debug): debug kernel']);
    expect(launch[1]).toMatchObject({ stopAtConnect: true, miDebuggerServerAddress: '127.0.0.1:4000' });
    expect(settings).toEqual({
      'clangd.arguments': ['-j=2', '--compile-commands-dir=${workspaceFolder}/.bringup/clangd'],
      'C_Cpp.intelliSenseEngine': 'default',
    });
  });

  it('stays byte for byte when it runs again', async () => {
    const { tree } = await run();
    const names = ['launch', 'tasks', 'settings', 'extensions'];
    const before = names.map((name) => text(tree, name));
    await run({}, tree);
    expect(names.map((name) => text(tree, name))).toEqual(before);
  });

  it("leaves a user's own database alone", async () => {
    const tree = workspace();
    tree.write('.vscode/settings.json', '{ "clangd.arguments": ["--compile-commands-dir=/elsewhere"] }');
    const { settings } = await run({}, tree);
    expect(settings['clangd.arguments']).toEqual(['--compile-commands-dir=/elsewhere']);
  });

  it.each([
    ['launch', '{\n  "version": \n}\n', /\.vscode\/launch\.json:3: ValueExpected/],
    ['tasks', '[]', /tasks\.json is not a JSON object/],
    ['tasks', '{ "tasks": {} }', /tasks\.json: "tasks" is not a list/],
  ])('is named when it is broken: %s.json %j', async (name, content, message) => {
    const tree = workspace();
    tree.write(`.vscode/${name}.json`, content);
    await expect(run({}, tree)).rejects.toMatchObject({
      code: 'JSON_SYNTAX',
      message: expect.stringMatching(message),
    });
  });
});

it.each<[VscodeGeneratorOptions, string, RegExp]>([
  [
    { boards: ['kernel'] },
    'NO_BOARD',
    /kernel is not a board of this workspace\. Boards: @my\/pc, firmware, virt/,
  ],
  [{ boards: ['virt'], configuration: 'nope' }, 'UNKNOWN_VARIANT', /has a variant nope/],
])('refuses %j', async (options, code, message) => {
  await expect(run(options)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
});
