import splitLock from '../../migrations/split-lock.js';
import { virtualWorkspace, type VirtualWorkspace } from '../../testing/virtual-workspace.js';
import { lockFiles, project } from '../../testing/workspace.js';

jest.setTimeout(60_000);

let workspace: VirtualWorkspace;
beforeEach(() => {
  workspace = virtualWorkspace();
});

const write = (path: string, content: unknown) =>
  workspace.tree.write(path, typeof content === 'string' ? content : JSON.stringify(content));
const declare = (name: string, executor: string, options: object) =>
  write(`${name}/project.json`, project(name, executor, options));
const entries = () =>
  Object.fromEntries(Object.entries(workspace.files()).filter(([path]) => path.startsWith('bringup.lock')));
const LIBC = 'bringup.lock/tools/x86_64-linux-gnu-libc.txt';
const GCC = 'bringup.lock/tools/x86_64-linux-gnu-gcc.txt';

it('takes the tools of this host for all projects and variants, and nothing else', async () => {
  const before = lockFiles({
    sources: { k: { kind: 'tarball', sha256: 'a'.repeat(64) } },
    tools: { 'x86_64-linux-gnu-gcc': 'another', 'no-such-gcc': 'kept', unrelated: 'kept' },
  });
  for (const [path, text] of Object.entries(before)) write(path, text);
  const options = { arch: 'x86_64', sources: ['a.c'] };
  const json = project('tool', 'program', options);
  Object.assign(json.targets.build!, { configurations: { other: { crossCompile: 'no-such-' } } });
  write('tool/project.json', json);
  await workspace.generate('lock-tools');
  const after = entries();
  expect(after[GCC]).toMatch(/^x86_64-linux-gnu-gcc \(.*\n$/);
  expect(after[LIBC]).toMatch(/^libc\.a sha256:/);
  const { [GCC]: _gcc, ...rest } = before;
  expect(after).toMatchObject(rest);
  await workspace.generate('lock-tools');
  expect(entries()).toEqual(after);
});

describe('the lock that was a single file', () => {
  const source = { kind: 'tarball', sha256: 'a'.repeat(64) };
  const old = {
    version: 1,
    sources: { kernel_v2: source, gone: source },
    tools: { mkfs_fat: 'mkfs.fat 4.2', sfdisk: 'sfdisk 2.38', rustc: 'rustc 1' },
  };
  beforeEach(() => {
    write('bringup.lock.json', old);
    for (const name of ['kernel.v2', 'kernel_v2']) declare(name, 'kernel', { arch: 'x86_64', source });
    declare('disk', 'disk-image', { arch: 'x86_64', partitions: [{ fileSystem: 'fat' }] });
  });
  const split = lockFiles({
    sources: { 'kernel.v2': source, kernel_v2: source, gone: source },
    tools: { 'mkfs.fat': 'mkfs.fat 4.2', sfdisk: 'sfdisk 2.38', rustc: 'rustc 1' },
  });

  it.each(['by its migration', 'by a generator'])('becomes a directory %s', async (way) => {
    if (way === 'by its migration') await splitLock(workspace.tree);
    else await workspace.generate('init');
    expect(entries()).toEqual(split);
  });

  it('does not replace a directory that is there', async () => {
    write('bringup.lock/version', '2\n');
    await splitLock(workspace.tree);
    expect(Object.keys(entries()).sort()).toEqual(['bringup.lock.json', 'bringup.lock/version']);
  });

  it('is refused where it is not JSON', async () => {
    write('bringup.lock.json', '{ "sources": <<<<<<< HEAD');
    await expect(splitLock(workspace.tree)).rejects.toThrow(/bringup\.lock\.json.*is not JSON/);
  });
});
