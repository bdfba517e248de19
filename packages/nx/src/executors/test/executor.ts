import { join } from 'node:path';
import type { ExecutorContext } from '@nx/devkit';
import { writeFileAside } from '@bringup/process';
import { createLineRelay, runGuestTest, type GuestCommand, type GuestTest } from '@bringup/qemu';
import { checkBoard, planBoard } from '../../execution/board.js';
import { runSubject } from '../../execution/runs.js';
import { runTask } from '../../execution/task.js';
import { testDefaults, type FullTestOptions, type TestOptions } from '../../generated/test-options.js';
import { outputPath } from '../../project/paths.js';

/** QEMU is told to quit when the guest is still there this long after its power-off command. */
const POWER_OFF_MS = 10_000;

/** `@bringup/nx:test`: see schema.json. */
export default function testExecutor(
  given: TestOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  return runTask(context, async (task) => {
    const options = { ...testDefaults, ...given };
    await checkBoard(task, options);
    const plan = await planBoard(task, options, 'new');
    const output = join(task.workspaceRoot, outputPath(task.project, options.outputPath, task.configuration));
    const relay = createLineRelay((text) => process.stdout.write(text));
    const result = await runGuestTest((paths) => plan({ console: 'pipe', ...paths }), guestTest(options), {
      subject: runSubject(task),
      signal: task.signal,
      onCommand: task.command,
      onConsole: options.json ? undefined : relay.push,
    }).finally(relay.end);
    const { consoleLog, ...report } = result;
    await writeFileAside(join(output, 'console.log'), consoleLog);
    await writeFileAside(join(output, 'test.json'), `${JSON.stringify(report, null, 2)}\n`);
    if (options.json) console.log(JSON.stringify(report, null, 2));
    else
      task.note(
        `ready after ${(result.bootMs / 1000).toFixed(2)} s, ${result.commands.length} commands passed`,
      );
  });
}

function guestTest(options: FullTestOptions): GuestTest {
  return {
    readyPattern: options.readyPattern,
    commands: options.commands.map((command: string | GuestCommand) =>
      typeof command === 'string' ? { run: command } : command,
    ),
    bootTimeoutMs: options.bootTimeout * 1000,
    commandTimeoutMs: options.commandTimeout * 1000,
    powerOff: { command: options.powerOff, timeoutMs: POWER_OFF_MS },
  };
}
