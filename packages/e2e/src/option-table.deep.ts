import { cpSync, existsSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addModule, addProgram, makeFakeWorkspace, type FakeWorkspace } from './fake-workspace.js';
import { nx, REPOSITORY } from './nx-run.js';
import { DECLARED, OPTION_ROWS, optionRow, type OptionRow } from './option-rows.js';

/** Each row edits one option of one project in a workspace in which everything is built, and runs the task that has it. */

type Json = Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any -- project.json as a test edits it

/** Executor → the project and the target that a row runs, and the target on which it writes the option. */
const TASKS: Readonly<Record<string, readonly [project: string, target: string, declared?: string]>> = {
  kernel: ['kernel', 'build'],
  config: ['kernel', 'config', 'build'],
  program: ['tool', 'build'],
  initramfs: ['rootfs', 'build'],
  'disk-image': ['disk', 'build'],
  'iso-image': ['cd', 'build'],
  'uboot-image': ['image', 'build'],
  'kernel-module': ['hello', 'build'],
  test: ['board', 'test'],
};
const PROJECTS = [...new Set(Object.values(TASKS).map(([project]) => project))];

let workspace: FakeWorkspace;
const place = (...names: string[]) => join(workspace.root, ...names);
const run = (...args: string[]) => nx(args, { cwd: workspace.root });

function declare(name: string, executor: string, options: object): void {
  const targets = { build: { executor: `@bringup/nx:${executor}`, options } };
  workspace.write(`${name}/project.json`, JSON.stringify({ name, targets }));
}

async function expectSuccess(...args: string[]): Promise<void> {
  const { exitCode, output } = await run(...args);
  expect({ exitCode, output: exitCode === 0 ? '' : output }).toEqual({ exitCode: 0, output: '' });
}

beforeAll(async () => {
  const qemu = join(REPOSITORY, 'packages/qemu/src/testing/fake-qemu.mjs');
  workspace = makeFakeWorkspace(tmpdir(), { qemu });
  addProgram(workspace);
  addModule(workspace);
  const arch = 'x86_64';
  const { name: _name, ...kernel } = JSON.parse(workspace.read('kernel/project.json')) as Json;
  workspace.write('small/project.json', JSON.stringify({ name: 'small', ...kernel }));
  workspace.edit('small/project.json', ((json: Json) => {
    json.targets.build.options.fragments = ['kernel/b.config'];
  }) as never);
  declare('other', 'initramfs', { arch, busybox: 'busybox', startup: ['echo other'] });
  workspace.edit('rootfs/project.json', ((json: Json) => {
    Object.assign(json.targets.build.options, DECLARED.initramfs);
  }) as never);
  declare('disk', 'disk-image', { arch, format: 'raw', ...DECLARED['disk-image'] });
  declare('cd', 'iso-image', {
    ...{ arch, kernel: 'kernel', initramfs: 'rootfs', firmware: ['bios'] },
    ...DECLARED['iso-image'],
  });
  declare('image', 'uboot-image', { arch, type: 'ramdisk', initramfs: 'rootfs' });
  await expectSuccess('run-many', '--targets=build,test', `--projects=${PROJECTS},small,other`);
  for (const name of ['dist', ...PROJECTS]) cpSync(place(name), place('../built', name), { recursive: true });
}, 300_000);

afterAll(() => workspace.remove());

/** The project as it was built: the next row would otherwise run because of the last one's artifacts. */
function restore(project: string): void {
  for (const path of [project, `dist/${project}`]) {
    rmSync(place(path), { recursive: true, force: true });
    if (existsSync(place('../built', path)))
      cpSync(place('../built', path), place(path), { recursive: true, preserveTimestamps: true });
  }
  rmSync(place('out'), { recursive: true, force: true });
}

it.each(OPTION_ROWS.map((row): [string, OptionRow] => [optionRow(row), row]))('%s', async (_name, row) => {
  const [project, target, declared = target] = TASKS[row.executor]!;
  restore(project);
  try {
    workspace.edit(`${project}/project.json`, ((json: Json) => {
      const options = (json.targets[declared].options ??= {});
      Object.assign(options, row.beside, { [row.option]: row.value });
    }) as never);
    const { tasks, output, exitCode } = await run('run', `${project}:${target}`);
    const done = tasks[`${project}:${target}`];
    const fate = done === 'ran' && exitCode !== 0 ? 'refused' : done;
    expect({ fate, output: fate === row.fate ? '' : output }).toEqual({ fate: row.fate, output: '' });
  } finally {
    restore(project);
  }
});
