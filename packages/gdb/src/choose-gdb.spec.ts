import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chooseGdb } from './choose-gdb.js';

const directory = mkdtempSync(join(tmpdir(), 'bringup-gdb-'));
const path = process.env.PATH;
afterAll(() => {
  process.env.PATH = path;
  rmSync(directory, { recursive: true });
});

function program(name: string, said: string): string {
  const file = join(directory, name);
  writeFileSync(file, `#!/bin/sh\ncat <<'END'\n${said}\nEND\n`);
  chmodSync(file, 0o755);
  return file;
}

const GOOD = 'GNU gdb (Test) 13.1\nThe target architecture is set to "aarch64".\nhas python';
const wish = { arch: 'arm64', crossPrefix: 'test-' } as const;

it("takes the toolchain's own before the others", async () => {
  program('test-gdb', GOOD);
  process.env.PATH = `${directory}:${path}`;
  expect(await chooseGdb(wish)).toEqual({ program: 'test-gdb', version: 'GNU gdb (Test) 13.1' });
});

it('takes gdb-multiarch, the real one, where the toolchain has none', async () => {
  const { program: chosen, version } = await chooseGdb({ ...wish, crossPrefix: 'nowhere-' });
  expect({ chosen, version }).toEqual({
    chosen: 'gdb-multiarch',
    version: expect.stringMatching(/^GNU gdb/) as string,
  });
});

it.each([
  [
    'does not know the architecture',
    'GNU gdb 13\nUndefined item: "aarch64".\nhas python',
    /does not know aarch64/,
  ],
  ['has no Python', 'GNU gdb 13\nset to "aarch64".', /no Python/],
])('refuses one that %s, and names the package that has another', async (_what, said, lack) => {
  const work = chooseGdb({ ...wish, program: program('own-gdb', said) });
  await expect(work).rejects.toMatchObject({
    code: 'GDB_UNFIT',
    message: expect.stringMatching(lack) as string,
  });
  await expect(work).rejects.toThrow(/apt-get install gdb-multiarch/);
});

it('names what it looked for, and the package, where there is none', async () => {
  const work = chooseGdb({ ...wish, program: 'gdb-of-nobody' });
  await expect(work).rejects.toMatchObject({ code: 'TOOL_MISSING' });
  await expect(work).rejects.toThrow(/gdb-of-nobody.*apt-get install gdb-multiarch/);
});
