import { lockFiles, project } from '../../testing/workspace.js';
import { virtualWorkspace } from '../../testing/virtual-workspace.js';
import update from './generator.js';

jest.setTimeout(60_000);

const SHA = (digit: string) => digit.repeat(64);
const tarball = (digit: string) => ({
  kind: 'tarball',
  url: 'https://example.org/k.tar',
  sha256: SHA(digit),
});
const locked = (digit: string) => ({ ...tarball(digit), url: [tarball(digit).url] });
const GCC = 'x86_64-linux-gnu-gcc';

function workspaceWith(sources: Record<string, object>) {
  const workspace = virtualWorkspace();
  for (const [name, source] of Object.entries(sources))
    workspace.tree.write(
      `${name}/project.json`,
      JSON.stringify(project(name, 'kernel', { arch: 'x86_64', source })),
    );
  const lock = lockFiles({
    sources: { old: locked('a'), removed: locked('b') },
    tools: { [GCC]: 'x86_64-linux-gnu-gcc 1.0', 'no-such-gcc': 'kept' },
  });
  for (const [path, text] of Object.entries(lock)) workspace.tree.write(path, text);
  const entry = (path: string) => workspace.tree.read(`bringup.lock/${path}`, 'utf8');
  const source = (name: string) => JSON.parse(entry(`sources/${name}.lock.json`)!) as object;
  return { ...workspace, entry, source };
}

it('moves sources and tools of all projects, and nothing but the lock', async () => {
  const workspace = workspaceWith({ new: tarball('c'), old: tarball('d') });
  const before = Object.keys(workspace.files());
  await workspace.generate('update');
  expect(workspace.source('new')).toEqual(locked('c'));
  expect(workspace.source('old')).toEqual(locked('d'));
  expect(workspace.source('removed')).toEqual(locked('b'));
  expect(workspace.entry(`tools/${GCC}.txt`)).toMatch(/^x86_64-linux-gnu-gcc \(.*\n$/);
  expect(workspace.entry('tools/no-such-gcc.txt')).toBe('kept\n');
  const added = Object.keys(workspace.files()).filter((path) => !before.includes(path));
  expect(added.filter((path) => !path.startsWith('bringup.lock/'))).toEqual([]);
});

it('leaves a source that holds, where only the needed is asked for', async () => {
  const elsewhere = { ...tarball('a'), url: 'https://mirror.example.org/k.tar' };
  const workspace = workspaceWith({ old: elsewhere });
  await workspace.generate('update', { ifNeeded: true });
  expect(workspace.source('old')).toEqual(locked('a'));
  await workspace.generate('update');
  expect(workspace.source('old')).toEqual({ ...locked('a'), url: [elsewhere.url] });
});

it('fails for one project after it has moved the others', async () => {
  const workspace = workspaceWith({ bad: { ...tarball('a'), sha256: 'short' }, new: tarball('c') });
  const report = await update(workspace.tree, { ifNeeded: false, json: false });
  expect(workspace.source('new')).toEqual(locked('c'));
  expect(report).toThrow(/^bad: .*sha256/);
});
