import { tmpdir } from 'node:os';
import { readProgram } from './index.js';

const options = { cwd: tmpdir() };

it('returns every byte of stdout', async () => {
  expect(await readProgram(['printf', '\\377\\0x\\n'], options)).toEqual(Buffer.from([255, 0, 120, 10]));
  expect(await readProgram(['true'], options)).toEqual(Buffer.alloc(0));
});

it('works where no temporary file can be made', async () => {
  const before = process.env.TMPDIR;
  process.env.TMPDIR = '/proc/none';
  try {
    expect(String(await readProgram(['seq', '100000'], { cwd: '/' }))).toMatch(/^1\n[^]*\n100000\n$/);
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
});

it('returns nothing of a program that fails or is killed', async () => {
  expect(await readProgram(['sh', '-c', 'echo words; exit 3'], options)).toBeUndefined();
  expect(await readProgram(['sh', '-c', 'echo words; kill -9 $$'], options)).toBeUndefined();
});

it('gives the program just the environment that it is given', async () => {
  const env = { PATH: process.env.PATH!, ONLY: 'this' };
  expect(String(await readProgram(['env'], { ...options, env }))).toContain('ONLY=this\n');
});

it('says which program is missing, and which directory', async () => {
  await expect(readProgram(['no-such-program'], options)).rejects.toMatchObject({ code: 'TOOL_MISSING' });
  await expect(readProgram(['true'], { cwd: '/no/such' })).rejects.toMatchObject({ code: 'TOOL_FAILED' });
});
