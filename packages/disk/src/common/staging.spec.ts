import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { specDirectory } from '../testing/trees.js';

const base = specDirectory('staging');

it("stages every image beside it, whatever its path holds, and nothing in the system's temporary directory", () => {
  const place = join(base, "a b=c,d;$(e)&%'f:g");
  const kernel = join(base, 'kernel');
  mkdirSync(place);
  writeFileSync(kernel, 'a kernel');
  execFileSync(process.execPath, [join(__dirname, '../testing/write-all.js'), place, kernel], {
    env: { PATH: process.env.PATH, TMPDIR: '/nowhere' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  expect(readdirSync(place).sort()).toEqual(
    ['ext2', 'ext4', 'fat', 'fit', 'iso', 'script', 'squashfs', 'uramdisk'].sort(),
  );
});
