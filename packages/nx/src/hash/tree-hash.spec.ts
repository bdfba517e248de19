import { join } from 'node:path';
import { chmod, ensureDir, remove, symlink, utimes, writeFile } from 'fs-extra';
import { runProgram, withTemporaryDirectory } from '@bringup/process';

const SCRIPT = join(__dirname, '../../scripts/tree-hash.sh');

/** A tree with a file, a program, a link and a name that looks like an option. */
async function makeTree(root: string): Promise<void> {
  await ensureDir(join(root, 'tree/etc'));
  await writeFile(join(root, 'tree/etc/motd'), 'hello\n');
  await writeFile(join(root, 'tree/run'), '#!/bin/sh\n', { mode: 0o755 });
  await symlink('run', join(root, 'tree/link'));
  await writeFile(join(root, 'tree/a name\nof two lines'), '');
  await writeFile(join(root, '-delete'), 'a file\n');
}

async function hashOf(root: string, paths = ['./tree', './-delete']): Promise<string> {
  const { stdout } = await runProgram(['sh', SCRIPT, ...paths], { cwd: root });
  expect(stdout).toMatch(/^[0-9a-f]{64} /);
  return stdout;
}

test.each<[what: string, changes: boolean, edit: (root: string) => Promise<unknown>]>([
  ['content', true, (root) => writeFile(join(root, 'tree/etc/motd'), 'hallo\n')],
  ['content of a file by name', true, (root) => writeFile(join(root, '-delete'), 'another\n')],
  ['an executable bit', true, (root) => chmod(join(root, 'tree/run'), 0o644)],
  ['other permissions', false, (root) => chmod(join(root, 'tree/etc/motd'), 0o664)],
  ['times', false, (root) => utimes(join(root, 'tree/etc/motd'), 1, 1)],
  ['an empty directory more', true, (root) => ensureDir(join(root, 'tree/empty'))],
  ['an empty file more', true, (root) => writeFile(join(root, 'tree/etc/new'), '')],
  ['a file less', true, (root) => remove(join(root, 'tree/a name\nof two lines'))],
  ['a path that is not there any more', true, (root) => remove(join(root, '-delete'))],
  [
    "a link's target",
    true,
    async (root) => {
      await remove(join(root, 'tree/link'));
      await symlink('etc', join(root, 'tree/link'));
    },
  ],
])('%s: changes the hash: %s', async (_what, changes, edit) => {
  await withTemporaryDirectory('tree-hash', async (root) => {
    await makeTree(root);
    const before = await hashOf(root);
    await edit(root);
    expect((await hashOf(root)) !== before).toBe(changes);
  });
});

test('the same in another place, and behind a symlink', async () => {
  await withTemporaryDirectory('tree-hash', async (root) => {
    await ensureDir(join(root, 'one'));
    await ensureDir(join(root, 'two'));
    await makeTree(join(root, 'one'));
    await makeTree(join(root, 'two'));
    expect(await hashOf(join(root, 'two'))).toBe(await hashOf(join(root, 'one')));
    await ensureDir(join(root, 'three'));
    await symlink('../one/tree', join(root, 'three/tree'));
    const behind = await hashOf(join(root, 'three'), ['./tree']);
    await writeFile(join(root, 'one/tree/etc/motd'), 'changed\n');
    expect(await hashOf(join(root, 'three'), ['./tree'])).not.toBe(behind);
  });
});
