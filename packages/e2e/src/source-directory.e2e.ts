import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeFakeWorkspace } from './fake-workspace.js';
import { nx, type Fate } from './nx-run.js';

/** A source directory is what a user edits: each edit must be seen, wherever it lies and whatever git thinks of it. */
it.each([
  ['in the workspace, ignored by git', '{projectRoot}/dist/linux', 'kernel/dist/linux'],
  ['outside of the workspace', '../linux', '../linux'],
])('an edit in a source directory %s is built', async (_where, option, place) => {
  const workspace = makeFakeWorkspace();
  const directory = join(workspace.root, place);
  cpSync(join(dirname(workspace.root), 'sources/fake-kernel'), directory, { recursive: true });
  workspace.edit('kernel/project.json', ((json: { targets: { build: { options: object } } }) =>
    Object.assign(json.targets.build.options, { source: { kind: 'directory', path: option } })) as never);
  const build = async (): Promise<Record<string, Fate>> => {
    const { exitCode, tasks, output } = await nx(['run', 'kernel:build'], { cwd: workspace.root });
    expect({ exitCode, output: exitCode === 0 ? '' : output }).toEqual({ exitCode: 0, output: '' });
    return tasks;
  };
  await build();
  await build();
  expect(await build()).toEqual({ 'kernel:config': 'hit', 'kernel:build': 'hit' });
  const source = join(directory, 'init/main.c');
  writeFileSync(source, `${readFileSync(source, 'utf8')}int edited;\n`);
  expect(await build()).toEqual({ 'kernel:config': 'ran', 'kernel:build': 'ran' });
  expect(readFileSync(join(workspace.root, 'dist/kernel/System.map'), 'utf8')).toContain(' edited\n');
  workspace.remove();
});
