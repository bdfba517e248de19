import { join } from 'node:path';
import { amount, isBringupError, writeFileAside } from '@bringup/process';
import {
  createLineRelay,
  runGuestTest,
  type GuestCommand,
  type GuestFailure,
  type GuestTest,
  type GuestTestResult,
} from '@bringup/qemu';
import { outputDirectory } from '../../../tasks/output-directory.js';
import { checkBoard, planBoard } from '../board.js';
import { runSubject } from '../runs.js';
import { releaseAll } from '../written-drives.js';
import { testDefaults, type FullTestOptions, type TestOptions } from '../../../generated/test-options.js';
import type { ProjectContext } from '../../../tasks/project-context.js';
import type { Task } from '../../../tasks/task.js';

/** A guest that still runs this long after its power-off command is ended by QEMU's quit command. */
const POWER_OFF_MS = 10_000;

/** `@bringup/nx:test`: see schema.json. */
export default async function testExecutor(task: Task, given: TestOptions): Promise<void> {
  const options = { ...testDefaults, ...given };
  outputDirectory(task, options.outputPath);
  await checkBoard(task, options, true);
  const plan = await planBoard(task, options, 'new');
  const relay = createLineRelay((text) => process.stdout.write(text));
  const work = runGuestTest((paths) => plan({ console: 'pipe', ...paths }), guestTest(options), {
    subject: runSubject(task),
    signal: task.signal,
    onCommand: task.command,
    onConsole: options.json ? undefined : relay.push,
  }).finally(async () => {
    relay.end();
    await releaseAll(plan.locks);
  });
  const { consoleLog, ...report } = await work.catch((error: unknown) => failed(task, options, error));
  await publish(task, options, report, consoleLog);
  for (const { pattern, reason } of report.unneeded)
    task.note(
      `no complaint of the kernel needed the allowance /${pattern}/ (${reason}): remove it from "allow"`,
    );
  if (!options.json) task.note(summary(report, options));
}

function guestTest(options: FullTestOptions): GuestTest {
  return {
    readyPattern: options.readyPattern,
    expectedOutcome: options.expect.outcome,
    commands: options.commands.map((command: string | GuestCommand) =>
      typeof command === 'string' ? { run: command } : command,
    ),
    allow: options.allow,
    bootTimeoutMs: options.bootTimeout * 1000,
    commandTimeoutMs: options.commandTimeout * 1000,
    powerOff: { command: options.powerOff, timeoutMs: POWER_OFF_MS },
  };
}

type Report = Omit<GuestTestResult, 'consoleLog'>;

function summary(
  { outcome, exitCode, bootMs, commands, complaints, tests }: Report,
  options: FullTestOptions,
): string {
  const after = `after ${(bootMs / 1000).toFixed(2)} s`;
  if (outcome === 'ready')
    return `ready ${after}, ${amount(commands.length, 'command')} passed${testsPassed(tests)}${known(complaints.length)}`;
  const left = options.commands.length;
  return `${outcome} (exit code ${exitCode}) ${after}, as expected${left > 0 ? `; ${amount(left, 'command')} not run` : ''}`;
}

const testsPassed = (tests: Report['tests']) =>
  tests === undefined ? '' : `, ${amount(tests.passed, 'test')} passed (KTAP), ${tests.skipped} skipped`;

const known = (count: number) =>
  count === 0 ? '' : `, ${amount(count, 'known complaint')} of the kernel allowed`;

/** Publishes what became of a guest that failed: scripts read the outcome there, for Nx ends with 1 whatever it was. */
async function failed(task: ProjectContext, options: FullTestOptions, error: unknown): Promise<never> {
  if (isBringupError(error) && error.fields.outcome !== undefined) {
    // With an outcome, an error is one of qemu's guests.
    const { outcome, exitCode, diagnoses, console: text } = error.fields as unknown as GuestFailure;
    const { complaint, tests } = error.fields;
    const report = {
      ...{ outcome, exitCode, diagnoses, code: error.code, message: error.message },
      ...(complaint === undefined ? {} : { complaints: [complaint] }),
      ...(tests === undefined ? {} : { tests }),
    };
    await publish(task, options, report, text);
  }
  throw error;
}

async function publish(
  task: ProjectContext,
  options: FullTestOptions,
  report: object,
  consoleLog: string,
): Promise<void> {
  const output = outputDirectory(task, options.outputPath);
  const json = JSON.stringify(report, null, 2);
  await writeFileAside(join(output, 'console.log'), consoleLog);
  await writeFileAside(join(output, 'test.json'), `${json}\n`);
  if (options.json) console.log(json);
}
