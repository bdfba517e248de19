import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileProblem } from './file-problem.js';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'bringup-file-'));
  writeFileSync(join(directory, 'file'), '');
  mkdirSync(join(directory, 'real'));
  for (const target of ['file', 'real', 'gone']) symlinkSync(target, join(directory, `to-${target}`));
});
afterAll(() => rmSync(directory, { recursive: true }));

it.each([
  ['file', undefined],
  ['to-file', undefined],
  ['nothing', 'does not exist'],
  ['real', 'is not a file'],
  ['to-gone', 'is a symbolic link to gone, which does not exist'],
  [
    'to-real',
    expect.stringMatching(/^is a symbolic link to real, which is a directory\. .* name what is read there/),
  ],
])('%s', async (name, problem) => expect(await fileProblem(join(directory, name))).toEqual(problem));
