import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { makeFakeWorkspace, type FakeWorkspace } from './fake-workspace.js';
import { nx, type Fate } from './nx-run.js';

const HIT = { 'kernel:config': 'hit', 'kernel:build': 'hit' };
const BUILT = { 'kernel:config': 'hit', 'kernel:build': 'ran' };

/** A workspace whose kernel is built from a directory of the user's own. */
function setUp(option: string, place: string): { workspace: FakeWorkspace; directory: string } {
  const workspace = makeFakeWorkspace();
  const directory = join(workspace.root, place);
  cpSync(join(dirname(workspace.root), 'sources/fake-kernel'), directory, { recursive: true });
  workspace.edit('kernel/project.json', ((json: { targets: { build: { options: object } } }) =>
    Object.assign(json.targets.build.options, { source: { kind: 'directory', path: option } })) as never);
  return { workspace, directory };
}

async function build({ root }: FakeWorkspace): Promise<Record<string, Fate>> {
  const { exitCode, tasks, output } = await nx(['run', 'kernel:build'], { cwd: root });
  expect({ exitCode, output: exitCode === 0 ? '' : output }).toEqual({ exitCode: 0, output: '' });
  return tasks;
}

/** A source directory is what a user edits: each edit must be seen, wherever it lies and whatever git thinks of it. */
it.each([
  ['in the workspace, ignored by git', '{projectRoot}/dist/linux', 'kernel/dist/linux'],
  ['outside of the workspace', '../linux', '../linux'],
])('an edit in a source directory %s is built', async (_where, option, place) => {
  const { workspace, directory } = setUp(option, place);
  await build(workspace);
  await build(workspace);
  expect(await build(workspace)).toEqual(HIT);
  const source = join(directory, 'init/main.c');
  writeFileSync(source, `${readFileSync(source, 'utf8')}int edited;\n`);
  expect(await build(workspace)).toEqual(BUILT);
  expect(readFileSync(join(workspace.root, 'dist/kernel/System.map'), 'utf8')).toContain(' edited\n');
  expect(compiled(workspace)).toEqual(['init/main.o']);
  appendFileSync(join(directory, 'Kconfig'), '# a comment\n');
  expect(await build(workspace)).toEqual({ 'kernel:config': 'ran', 'kernel:build': 'ran' });
  expect(compiled(workspace)).toEqual([]);
  mkdirSync(join(directory, 'Documentation'));
  writeFileSync(join(directory, 'Documentation/edited.rst'), 'text\n');
  expect(await build(workspace)).toEqual(HIT);
  workspace.remove();
});

const GIT = ['-c', 'user.name=a', '-c', 'user.email=a@example.org', '-c', 'protocol.file.allow=always'];
const gitIn = (directory: string, ...args: string[]) =>
  execFileSync('git', [...GIT, ...args], { cwd: directory, encoding: 'utf8' });

/** How a tree that lies in the workspace came there from a repository beside it. */
const CHECKOUTS: Readonly<Record<string, (root: string, repository: string) => void>> = {
  'a submodule': (root, repository) => {
    gitIn(root, 'submodule', '--quiet', 'add', repository, 'linux');
  },
  'a work tree of another repository': (root, repository) => {
    gitIn(repository, 'worktree', 'add', '--quiet', join(root, 'linux'), '-b', 'work');
  },
  'a symbolic link': (root, repository) => symlinkSync(repository, join(root, 'linux')),
};

it.each(Object.keys(CHECKOUTS))('a source directory in the workspace that is %s', async (kind) => {
  const { workspace, directory: repository } = setUp('linux', '../linux');
  gitIn(repository, 'init', '--quiet', '--initial-branch=main');
  gitIn(repository, 'add', '--all');
  gitIn(repository, 'commit', '--quiet', '--message=base');
  CHECKOUTS[kind]!(workspace.root, repository);
  workspace.write('.nxignore', 'linux\n');
  const directory = join(workspace.root, 'linux');
  await build(workspace);
  await build(workspace);
  utimesSync(join(directory, 'init/main.c'), new Date(), new Date());
  expect(await build(workspace)).toEqual(HIT);
  expect(gitIn(directory, 'status', '--porcelain')).toBe('');
  appendFileSync(join(directory, 'init/main.c'), 'int edited;\n');
  expect(await build(workspace)).toEqual(BUILT);
  expect(compiled(workspace)).toContain('init/main.o');
  gitIn(directory, 'commit', '--quiet', '--all', '--message=edited');
  expect(await build(workspace)).toEqual(HIT);
  writeFileSync(join(directory, 'include.h'), '/* untracked */\n');
  expect(await build(workspace)).toEqual(BUILT);
  expect(gitIn(directory, 'status', '--porcelain')).toBe('?? include.h\n');
  workspace.remove();
});

it('a commit is built where the release names it, and nowhere else', async () => {
  const { workspace, directory } = setUp('../linux', '../linux');
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.org', ...args], { cwd: directory });
  const commit = () => {
    git('add', '--all');
    git('commit', '--quiet', '--allow-empty', '--message=an edit');
    return git('rev-parse', 'HEAD').toString().trim();
  };
  git('init', '--quiet');
  commit();
  await build(workspace);
  await build(workspace);
  appendFileSync(join(directory, 'net/core.c'), 'int edited;\n');
  expect(await build(workspace)).toEqual(BUILT);
  commit();
  expect(await build(workspace)).toEqual(HIT);
  appendFileSync(join(workspace.root, 'kernel/a.config'), 'CONFIG_LOCALVERSION_AUTO=y\n');
  await build(workspace);
  expect(await build(workspace)).toEqual(HIT);
  const head = commit();
  expect(await build(workspace)).toEqual(BUILT);
  expect(compiled(workspace)).toEqual(['init/main.o']);
  expect(readFileSync(join(workspace.root, 'dist/kernel/vmlinux'), 'latin1')).toContain(head);
  workspace.remove();
});

it('an edit of a task that the build depends on is never kept under the hash of the earlier state', async () => {
  const { workspace, directory } = setUp('../linux', '../linux');
  const source = join(directory, 'init/main.c');
  const before = readFileSync(source, 'utf8');
  const symbols = () => readFileSync(join(workspace.root, 'dist/kernel/System.map'), 'utf8');
  await build(workspace);
  await build(workspace);
  const between = (command: string) =>
    workspace.edit('kernel/project.json', (({ targets }: { targets: Record<string, unknown> }) => {
      targets['edit'] = { executor: 'nx:run-commands', options: { command } };
      Object.assign(targets['build']!, { dependsOn: ['config', 'edit'] });
    }) as never);
  // Nx hashes a task after those that it depends on have run, so the edit is in the hash.
  between(`echo 'int between;' >> ${source}`);
  await build(workspace);
  expect(symbols()).toContain(' between\n');
  between('true');
  writeFileSync(source, before);
  await build(workspace);
  expect(symbols()).not.toContain(' between\n');
  workspace.remove();
});

function compiled({ root }: FakeWorkspace): string[] {
  const log = readFileSync(join(root, '.bringup/build/kernel/default/out.log'), 'utf8');
  return [...log.matchAll(/^ {2}CC +(\S+)$/gm)].map((match) => match[1]!);
}
