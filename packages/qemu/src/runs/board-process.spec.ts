import { requireProgram } from './board-process.js';
import { runOnTerminal } from '../index.js';

describe('runOnTerminal', () => {
  it('names the package of a missing QEMU, although another program would start it', async () => {
    await expect(runOnTerminal(() => ({ argv: ['/nowhere/qemu-system-x86_64'] }))).rejects.toMatchObject({
      code: 'TOOL_MISSING',
    });
    await expect(requireProgram('setpriv', '/nowhere')).rejects.toMatchObject({
      code: 'TOOL_MISSING',
      message: expect.stringContaining('util-linux'),
    });
  });

  it('gives the exit code, and 128 plus the number of a signal', async () => {
    expect(await runOnTerminal(() => ({ argv: ['sh', '-c', 'exit 3'] }))).toEqual({
      exitCode: 3,
      diagnoses: [],
    });
    expect(await runOnTerminal(() => ({ argv: ['sh', '-c', 'kill -KILL $$'] }))).toEqual({
      exitCode: 137,
      diagnoses: [],
    });
  });

  it("reads the console's log of a QEMU that ended well", async () => {
    const panic =
      'Linux version 6.1\\nKernel panic - not syncing: Attempted to kill init! exitcode=0x00000000\\n';
    const run = await runOnTerminal(({ consoleLog }) => ({
      argv: ['sh', '-c', `printf '${panic}' >'${consoleLog}'`],
    }));
    expect(run).toMatchObject({ exitCode: 0, diagnoses: [{ outcome: 'init-exited' }] });
  });

  it('ends the program and throws the reason when aborted', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    setTimeout(() => controller.abort(reason), 100);
    const run = runOnTerminal(() => ({ argv: ['sleep', '60'] }), { signal: controller.signal });
    await expect(run).rejects.toBe(reason);
  });
});
