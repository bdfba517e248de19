import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FsTree, flushChanges } from 'nx/src/generators/tree';
import type { Declaration } from '../workspace/declaration.js';
import { describeWalkedSources } from '../workspace/walked-sources.js';
import { project } from '../testing/workspace.js';
import { virtualWorkspace } from '../testing/virtual-workspace.js';
import { ignoreSources } from './ignored-sources.js';
import { GeneratedWorkspace } from './workspace.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'bringup-sources-spec-'));
  writeFileSync(join(root, 'nx.json'), '{}');
});
afterEach(() => rmSync(root, { recursive: true }));

function declare(path: string, at = 'app'): void {
  mkdirSync(join(root, at), { recursive: true });
  const json = project('app', 'kernel', { arch: 'arm64', source: { kind: 'directory', path } });
  writeFileSync(join(root, at, 'project.json'), JSON.stringify(json));
}

function makeSource(path: string): void {
  mkdirSync(join(root, path), { recursive: true });
  writeFileSync(join(root, path, 'Makefile'), 'all:\n');
}

const git = (...args: string[]) =>
  execFileSync(
    'git',
    ['-c', 'user.name=A', '-c', 'user.email=a@b', '-c', 'protocol.file.allow=always', ...args],
    {
      cwd: root,
      stdio: 'pipe',
    },
  );

/** The lines that the generators leave in .nxignore, and the notes that they print. */
async function ignored(): Promise<{ lines: string[]; notes: string[] }> {
  const tree = new FsTree(root, false);
  const workspace = new GeneratedWorkspace(tree);
  await ignoreSources(workspace);
  flushChanges(root, tree.listChanges());
  const text = tree.exists('.nxignore') ? tree.read('.nxignore', 'utf8')! : '';
  return { lines: text.split('\n').filter(Boolean), notes: [...workspace.notes] };
}

const walked = () => {
  const declarations: Declaration[] = new GeneratedWorkspace(new FsTree(root, false)).declarations();
  return describeWalkedSources(root, declarations);
};

it.each([
  ['a directory', 'linux', '/linux/'],
  ['a directory below a project', '{projectRoot}/src/linux', '/app/src/linux/'],
  ['a directory with a dot', './linux/', '/linux/'],
  ['a directory that is still to be cloned', 'none', '/none/'],
])('puts %s into .nxignore once', async (_what, path, line) => {
  if (path !== 'none') makeSource(path.replace('{projectRoot}', 'app'));
  declare(path);
  const before = await walked();
  expect(before).toEqual([
    expect.stringContaining(`Add the line ${line} to .nxignore, or run "nx g @bringup/nx:init"`),
  ]);
  expect(await ignored()).toEqual({ lines: [line], notes: [expect.stringContaining('.nxignore names')] });
  expect(await ignored()).toEqual({ lines: [line], notes: [] });
  expect(await walked()).toEqual([]);
});

it.each(['linux', 'linux/', '/linux', '/linux/**'])('adds nothing where .nxignore has %s', async (line) => {
  makeSource('linux');
  declare('linux');
  writeFileSync(join(root, '.nxignore'), `node\n${line}`);
  expect(await ignored()).toEqual({ lines: ['node', line], notes: [] });
});

it.each([
  ['outside of the workspace', '../linux'],
  ['the workspace itself', '.'],
])('leaves a source %s out', async (_what, path) => {
  declare(path);
  expect(await ignored()).toEqual({ lines: [], notes: [] });
  expect(await walked()).toEqual([]);
});

it('leaves a symbolic link out, which Nx does not follow', async () => {
  symlinkSync(tmpdir(), join(root, 'linux'));
  declare('linux');
  expect(await ignored()).toEqual({ lines: [], notes: [] });
  expect(await walked()).toEqual([]);
});

it('keeps a source in view that has the project in it, and says so', async () => {
  makeSource('linux');
  declare('{projectRoot}', 'linux');
  const sentence = expect.stringContaining('The project app is declared in it. Move its project.json');
  expect(await ignored()).toEqual({ lines: [], notes: [sentence] });
  expect(await walked()).toEqual([sentence]);
});

it("keeps a source in view that the workspace's repository tracks, for nx affected, and says so", async () => {
  makeSource('linux');
  declare('linux');
  git('init', '--quiet');
  git('add', '.');
  const sentence = expect.stringContaining('"nx affected" would not see their changes if it were');
  expect(await ignored()).toEqual({ lines: [], notes: [sentence] });
  expect(await walked()).toEqual([sentence]);
});

it('puts a submodule and a clone that git ignores into .nxignore', async () => {
  makeSource('upstream');
  git('init', '--quiet', 'upstream');
  execFileSync('git', [
    '-C',
    join(root, 'upstream'),
    '-c',
    'user.name=A',
    '-c',
    'user.email=a@b',
    'commit',
    '--quiet',
    '--allow-empty',
    '-m',
    'x',
  ]);
  git('init', '--quiet');
  git('submodule', '--quiet', 'add', join(root, 'upstream'), 'linux');
  makeSource('linux');
  declare('linux');
  expect((await ignored()).lines).toEqual(['/linux/']);
  writeFileSync(join(root, '.nxignore'), '');
  writeFileSync(join(root, '.gitignore'), 'linux\n');
  expect(await walked()).toEqual([]);
  expect((await ignored()).lines).toEqual(['/linux/']);
});

it.each(['board', 'kernel'])('the generator of a %s does it', async (kind) => {
  const { generate, files } = virtualWorkspace();
  const options = kind === 'board' ? { ownKernel: true } : {};
  await generate(kind, { name: 'mine', arch: 'arm64', source: 'linux', ...options });
  expect(files()['.nxignore']).toBe('.bringup\n/linux/\n');
});
