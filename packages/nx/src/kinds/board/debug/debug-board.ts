import { setTimeout as sleep } from 'node:timers/promises';
import { join, resolve } from 'node:path';
import { ensureDir, pathExists } from 'fs-extra';
import { crossPrefix } from '@bringup/kbuild';
import {
  chooseGdb,
  gdbArgv,
  planSymbols,
  requireMatch,
  runGdb,
  writeSession,
  type Gdb,
  type GdbRun,
  type PlannedFile,
} from '@bringup/gdb';
import { quoteCommand, runProgram, ToolError, UserError } from '@bringup/process';
import { choosePort, runBeside, type BesideRun, type GdbStub, type RunPaths } from '@bringup/qemu';
import type { FullDebugOptions } from '../../../generated/debug-options.js';
import { checkBoard, planBoard } from '../board.js';
import { loadAddress, requireSameKernel, sourcePaths, withoutKaslr } from './debug-boot.js';
import {
  kernelSymbols,
  moduleSymbols,
  uBootSymbols,
  type KernelSymbols,
  type Symbols,
} from './debug-symbols.js';
import { runSubject } from '../runs.js';
import type { Task } from '../../../tasks/task.js';
import { releaseAll } from '../written-drives.js';

/** gdb says itself that the guest is gone, and a script goes on to its end. */
const FAREWELL_MS = { interactive: 2_000, batch: 20_000 };

/**
 * Debugs a board: QEMU stopped with a stub, gdb beside it. Each ends with the other.
 *
 * @throws UserError for what does not go together, `NO_DEBUG_INFO` and the like of the symbols, `SYMBOLS_MISMATCH`
 * @throws ToolError `GDB_UNFIT`, `GDB_FAILED`, those of QEMU
 */
export async function debugBoard(task: Task, given: FullDebugOptions): Promise<void> {
  await checkOptions(task, given);
  const symbols = await kernelSymbols(task, given);
  const options = withoutKaslr(task, given, symbols);
  const tcp = await tcpStub(options);
  const machine = { ...options, gdb: tcp };
  const [gdb] = await Promise.all([
    findGdb(task, options, symbols),
    checkBoard(task, machine),
    requireSameKernel(task, options, symbols),
  ]);
  const plan = await planBoard(task, machine);
  const planRun = (paths: RunPaths) => {
    const planned = plan({ console: 'socket', ...paths, gdb: stubOf(tcp, paths) });
    for (const endpoint of planned.endpoints) task.note(endpoint);
    return planned;
  };
  const beside = {
    kind: 'debug',
    subject: runSubject(task),
    signal: task.signal,
    onCommand: task.command,
  } as const;
  const debugging = runBeside(planRun, beside, async (run) => {
    const stub = stubOf(tcp, run.paths);
    const target = stub.type === 'unix' ? stub.path : `127.0.0.1:${stub.port}`;
    const script = await prepare(task, options, symbols, { run, target });
    const session = {
      program: gdb.program,
      script,
      batch: options.scripted,
      commands: commandsFile(task, options),
    };
    if (options.server) await serve(task, options, { run, target, session });
    else await attend(task, symbols, { run, gdb, session });
  });
  await debugging.finally(() => releaseAll(plan.locks));
}

type TcpStub = Extract<GdbStub, { type: 'tcp' }>;

/** The stub's port where one is asked for. */
async function tcpStub({ port, gdb }: FullDebugOptions): Promise<TcpStub | undefined> {
  const wanted = port ?? (gdb?.type === 'tcp' ? (gdb.port ?? 0) : undefined);
  if (wanted === undefined) return undefined;
  return { type: 'tcp', port: wanted === 0 ? await choosePort() : wanted, wait: true };
}

function stubOf(tcp: TcpStub | undefined, { gdbSocket }: RunPaths): GdbStub {
  return tcp ?? { type: 'unix', path: gdbSocket, wait: true };
}

/** @throws UserError `OPTION_UNUSED`, `NO_COMMANDS` */
async function checkOptions(task: Task, options: FullDebugOptions): Promise<void> {
  const { server, json, scripted, commands } = options;
  if (json && !server)
    throw new UserError('OPTION_UNUSED', 'json is for a session with --server: give both, or neither');
  if (server && (scripted || commands !== undefined)) {
    const message =
      'with --server no gdb is started, so scripted and commands would do nothing. Leave them out';
    throw new UserError('OPTION_UNUSED', message);
  }
  const file = commandsFile(task, options);
  if (file === undefined || (await pathExists(file))) return;
  const message = `commands: ${commands} does not exist (${file}). The path is relative to the workspace root`;
  throw new UserError('NO_COMMANDS', message, { file });
}

function commandsFile({ workspaceRoot }: Task, { commands }: FullDebugOptions): string | undefined {
  return commands === undefined ? undefined : resolve(workspaceRoot, commands);
}

/** The toolchain's gdb is found by the kernel's own `crossCompile`. */
function findGdb(
  task: Task,
  { arch, debugger: program }: FullDebugOptions,
  { project }: KernelSymbols,
): Promise<Gdb> {
  const given = project === undefined ? undefined : task.declarationOf(project)?.options.crossCompile;
  const prefix = crossPrefix(arch, typeof given === 'string' ? given : undefined);
  return chooseGdb({ arch, crossPrefix: prefix, program, signal: task.signal });
}

interface Started {
  run: BesideRun;
  /** The address that gdb connects to. */
  target: string;
}

/** Writes what gdb starts with into the run's directory; the path of its script. */
async function prepare(
  task: Task,
  options: FullDebugOptions,
  symbols: KernelSymbols,
  { run, target }: Started,
): Promise<string> {
  const { directory } = run;
  const { arch, at, scripted } = options;
  const uBoot = await uBootSymbols(task, options);
  const load = await loadAddress(task, options, run);
  const scripts = await unpackScripts(symbols, directory);
  const vmlinux = await planned(task, symbols, scripts);
  return writeSession({
    directory,
    target,
    plan: planSymbols({ arch, at, vmlinux, uBoot: uBoot && (await planned(task, uBoot)), ...load }),
    vmlinux: symbols.elf,
    modules: await moduleSymbols(task, options),
    interactive: !scripted,
  });
}

async function planned(task: Task, symbols: Symbols, scripts?: string): Promise<PlannedFile> {
  const { path: file, elf } = symbols;
  return { elf, symbols: { file, sourcePaths: await sourcePaths(task, symbols), scripts } };
}

async function unpackScripts({ scripts }: KernelSymbols, directory: string): Promise<string | undefined> {
  if (scripts === undefined) return undefined;
  const place = join(directory, 'gdb-scripts');
  await ensureDir(place);
  await runProgram(['tar', '--extract', `--file=${scripts}`, `--directory=${place}`, '--no-same-owner']);
  return join(place, 'vmlinux-gdb.py');
}

interface Sitting {
  run: BesideRun;
  session: GdbRun;
}

/** gdb on the terminal; whichever of the two ends takes the other along. */
async function attend(
  task: Task,
  { path, elf }: KernelSymbols,
  { run, gdb, session }: Sitting & { gdb: Gdb },
): Promise<void> {
  const console = `nx run ${task.project}:console --follow`;
  task.note(`${gdb.version}; the guest's console, in another terminal: ${console}, or :attach to type there`);
  task.command(quoteCommand(gdbArgv(session)));
  const over = new AbortController();
  const farewell = session.batch ? FAREWELL_MS.batch : FAREWELL_MS.interactive;
  const timers = new AbortController();
  run.ended.addEventListener('abort', () => {
    sleep(farewell, undefined, { signal: timers.signal }).then(
      () => over.abort(),
      () => undefined, // gdb has ended by itself.
    );
  });
  const exit = await runGdb(session, AbortSignal.any([task.signal, over.signal]));
  timers.abort();
  task.signal.throwIfAborted();
  await requireMatch(run.directory, path, elf.buildId);
  if (over.signal.aborted) return task.note('the board has ended, and the session with it');
  if (exit.exitCode === 0) return;
  const how =
    exit.exitCode === undefined ? `was ended by ${exit.signal}` : `ended with exit code ${exit.exitCode}`;
  throw new ToolError('GDB_FAILED', `${session.program} ${how}: a command failed, see above`, { ...exit });
}

/** Says how to attach, and waits for the guest's end. */
async function serve(
  task: Task,
  { json }: FullDebugOptions,
  { run, target, session }: Sitting & { target: string },
): Promise<void> {
  const argv = gdbArgv(session);
  if (json) {
    const about = { id: run.id, target, script: session.script, argv };
    console.log(JSON.stringify(about));
  } else {
    task.note(`stopped, and waiting for gdb at ${target}. Attach:`);
    task.note(`  ${quoteCommand(argv)}`);
    task.note(
      `the guest's console: nx run ${task.project}:console --follow. It ends by Ctrl-C, or nx run ${task.project}:stop`,
    );
  }
  await new Promise<void>((resolveEnd) => {
    const ends = AbortSignal.any([run.ended, task.signal]);
    if (ends.aborted) resolveEnd();
    ends.addEventListener('abort', () => resolveEnd(), { once: true });
  });
  task.signal.throwIfAborted();
}
