import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { treeFromDirectory } from '../index.js';
import { specDirectory } from '../testing/trees.js';

it('takes two modes and root as owner from an overlay', async () => {
  const path = specDirectory('overlay');
  mkdirSync(join(path, 'd'), { mode: 0o700 });
  writeFileSync(join(path, 'd/plain'), '', { mode: 0o600 });
  writeFileSync(join(path, 'd/script'), '', { mode: 0o700 });
  chmodSync(join(path, 'd/plain'), 0o661);
  symlinkSync('../nowhere', join(path, 'd/link'));
  const shown = (await treeFromDirectory(path))
    .entries()
    .map(({ path, type, mode, uid }) => [path, type, mode, uid]);
  expect(shown).toEqual([
    ['d', 'directory', 0o755, 0],
    ['d/link', 'symlink', 0o777, 0],
    ['d/plain', 'file', 0o644, 0],
    ['d/script', 'file', 0o755, 0],
  ]);
});

it('refuses what is missing, a file, or a fifo', async () => {
  const path = specDirectory('kinds');
  await expect(treeFromDirectory(join(path, 'none'))).rejects.toMatchObject({ code: 'OVERLAY_MISSING' });
  writeFileSync(join(path, 'file'), '');
  await expect(treeFromDirectory(join(path, 'file'))).rejects.toMatchObject({ code: 'OVERLAY_KIND' });
  execFileSync('mkfifo', [join(path, 'fifo')]);
  await expect(treeFromDirectory(path)).rejects.toThrow('declare device nodes instead');
});

it('refuses a name that is not UTF-8', async () => {
  const path = specDirectory('names');
  writeFileSync(Buffer.concat([Buffer.from(`${path}/`), Buffer.from([0xff])]), '');
  await expect(treeFromDirectory(path)).rejects.toMatchObject({ code: 'OVERLAY_NAME' });
});
