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
});
