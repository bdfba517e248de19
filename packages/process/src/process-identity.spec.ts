import fs from 'node:fs';
import { startProgram } from './run.js';
import { identifyProcess, isRunning } from './process-identity.js';

describe('identifyProcess', () => {
  it('knows a process until it ends, and no other by its number', async () => {
    const program = await startProgram(['sleep', '60']);
    const identity = identifyProcess(program.pid)!;
    expect(identity).toEqual({ pid: program.pid, started: expect.stringMatching(/^[0-9a-f-]{36}:\d+$/) });
    expect(isRunning(identity)).toBe(true);
    expect(isRunning({ ...identity, pid: process.pid })).toBe(false);
    await program.stop();
    expect(isRunning(identity)).toBe(false);
    expect(identifyProcess(program.pid)).toBeUndefined();
  });

  it.each(['EMFILE', 'ENOMEM', 'EACCES'])(
    'does not take a process for ended when reading fails with %s',
    (code) => {
      const identity = identifyProcess(process.pid)!;
      jest.spyOn(fs, 'readFileSync').mockImplementation(() => {
        throw Object.assign(new Error(code), { code });
      });
      try {
        expect(isRunning(identity)).toBe(true);
        expect(() => identifyProcess(process.pid)).toThrow(code);
      } finally {
        jest.restoreAllMocks();
      }
    },
  );
});
