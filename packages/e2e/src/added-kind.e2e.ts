import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeBareWorkspace, type FakeWorkspace } from './fake-workspace.js';
import { nx, REPOSITORY } from './nx-run.js';

/** One folder: what docs/architecture.md ("Adding a kind") asks for. */
const FOLDER = join(REPOSITORY, 'packages/e2e/fixtures/added-kind');

/** Additions to existing files that the same section asks for: file → text, and the lines inserted before it. */
const EDITS: Readonly<Record<string, readonly (readonly [before: string, added: string])[]>> = {
  'options/declared-kinds.ts': [
    ["  'qemu',\n] as const;", "  'motd',\n"],
    ['  qemu: QemuOptions;', '  motd: MotdOptions;\n'],
    ['import type { ProgramOptions }', "import type { MotdOptions } from '../generated/motd-options.js';\n"],
  ],
  'plugin/kinds.ts': [
    ['import { program } from', "import { motd } from '../kinds/motd/row.js';\n"],
    ['  qemu: board,', '  motd,\n'],
  ],
};

/** Builds the plugin from a copy of its sources with one more kind, in place of a workspace's own. */
function addKind({ root, plugin }: FakeWorkspace): void {
  const house = join(dirname(root), 'house');
  for (const path of [
    'packages/nx',
    'packages/process/src/architectures.json',
    'packages/tsconfig.base.json',
    'tools',
    'package.json',
    '.prettierrc.json',
  ])
    cpSync(join(REPOSITORY, path), join(house, path), { recursive: true });
  mkdirSync(join(house, 'docs'));
  symlinkSync(join(root, 'node_modules'), join(house, 'node_modules'));
  const sources = join(house, 'packages/nx/src');
  cpSync(FOLDER, join(sources, 'kinds/motd'), { recursive: true });
  for (const [name, edits] of Object.entries(EDITS)) {
    let text = readFileSync(join(sources, name), 'utf8');
    for (const [before, added] of edits) {
      expect({ name, before, places: text.split(before).length - 1 }).toEqual({ name, before, places: 1 });
      text = text.replace(before, added + before);
    }
    writeFileSync(join(sources, name), text);
  }
  const run = (...args: string[]) =>
    execFileSync(process.execPath, args, { cwd: house, stdio: ['ignore', 'inherit', 'inherit'] });
  run('tools/schemas.mjs');
  // The packages below are those that were built.
  const project = join(house, 'packages/nx/tsconfig.json');
  writeFileSync(project, JSON.stringify({ ...JSON.parse(readFileSync(project, 'utf8')), references: [] }));
  run('node_modules/typescript/bin/tsc', '--project', 'packages/nx');
  rmSync(join(plugin, 'nx'), { recursive: true });
  cpSync(join(house, 'packages/nx'), join(plugin, 'nx'), { recursive: true });
}

let workspace: FakeWorkspace;
beforeAll(() => {
  workspace = makeBareWorkspace();
  addKind(workspace);
  workspace.write('nx.json', '{ "plugins": ["@bringup/nx"] }\n');
  const build = { executor: '@bringup/nx:motd', options: { text: 'Hello', file: 'more.txt' } };
  workspace.write('note/project.json', JSON.stringify({ name: 'note', targets: { build } }));
  workspace.write('more.txt', 'and more\n');
  execFileSync('git', ['init', '--quiet', workspace.root]);
}, 300_000);
afterAll(() => workspace.remove());

const build = () => nx(['run', 'note:build'], { cwd: workspace.root });

it('a kind is added by one folder and a few lines in two files', async () => {
  expect(await build()).toMatchObject({ exitCode: 0, tasks: { 'note:build': 'ran' } });
  expect(workspace.read('dist/note/motd')).toBe('Hello\nand more\n');
  expect(await build()).toMatchObject({ tasks: { 'note:build': 'hit' } });
  workspace.write('more.txt', 'and less\n');
  expect(await build()).toMatchObject({ tasks: { 'note:build': 'ran' } });
  expect(workspace.read('dist/note/motd')).toBe('Hello\nand less\n');
});

it('its options are held against its schema, with the closest match', async () => {
  workspace.edit('note/project.json', (json) => {
    const { build } = json.targets as unknown as { build: { options: object } };
    build.options = { text: 'Hello', fyle: 'more.txt' };
  });
  const { exitCode, output } = await build();
  expect(exitCode).toBe(1);
  expect(output).toMatch(/fyle.*Did you mean file/s);
});
