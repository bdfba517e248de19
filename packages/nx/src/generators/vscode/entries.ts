import { DEBUG_SOURCE_PREFIX } from '@bringup/kbuild';
import { databaseDirectory } from '../../workspace/paths.js';
import type { EditorBoard, EditorKernel } from './boards.js';

const WORKSPACE = '${workspaceFolder}';

/** clangd's argument that makes it know the files of the source store as well as the workspace's. */
export const CLANGD_ARGUMENT = `--compile-commands-dir=${WORKSPACE}/${databaseDirectory('')}`;

/** clangd, and gdb with a window: identifiers of Visual Studio's marketplace. */
export const EXTENSIONS = ['llvm-vs-code-extensions.vscode-clangd', 'ms-vscode.cpptools'];

/** The name that a board's entries begin with. */
function title({ name, configuration }: EditorBoard): string {
  return configuration === undefined ? name : `${name} (${configuration})`;
}

export function launchName(board: EditorBoard): string {
  return `${title(board)}: debug kernel`;
}

const serverLabel = (board: EditorBoard) => `${title(board)}: debug server`;
const stopLabel = (board: EditorBoard) => `${board.name}: stop`;

function nxRun(project: string, target: string, configuration?: string, ...args: string[]) {
  const variant = configuration === undefined ? [] : [`--configuration=${configuration}`];
  return {
    type: 'process',
    command: 'npx',
    args: ['nx', 'run', `${project}:${target}`, ...variant, ...args],
  };
}

/**
 * The launch configuration of a debugging session (attributes of the C/C++ extension's `cppdbg`). A task starts the board,
 * stopped, and gdb runs it to `start_kernel`. From there on, the symbols are at their addresses.
 *
 * @param port of the loopback address, where the board's gdb stub listens
 */
export function launchConfiguration(board: EditorBoard, kernel: EditorKernel, port: number) {
  return {
    name: launchName(board),
    type: 'cppdbg',
    request: 'launch',
    program: `${WORKSPACE}/${kernel.vmlinux}`,
    cwd: WORKSPACE,
    MIMode: 'gdb',
    miDebuggerPath: 'gdb-multiarch',
    miDebuggerServerAddress: `127.0.0.1:${port}`,
    setupCommands: [
      {
        description: 'Sources: debug information has paths that are the same on every machine',
        text: `set substitute-path "${DEBUG_SOURCE_PREFIX}" "${WORKSPACE}/${kernel.source}"`,
      },
    ],
    postRemoteConnectCommands: [
      { description: 'Stop in the first C function', text: 'thbreak start_kernel' },
    ],
    preLaunchTask: serverLabel(board),
    postDebugTask: stopLabel(board),
  };
}

/** The tasks of a board (VS Code's "Schema for tasks.json"); `port` as for {@link launchConfiguration}. */
export function boardTasks(board: EditorBoard, port: number | undefined) {
  const { name, run, configuration, kernel } = board;
  return [
    {
      label: `${name}: run`,
      ...nxRun(name, run),
      problemMatcher: [],
      presentation: { focus: true, panel: 'dedicated' },
    },
    { label: `${name}: test`, ...nxRun(name, 'test'), group: 'test', problemMatcher: [] },
    {
      label: stopLabel(board),
      ...nxRun(name, 'stop'),
      problemMatcher: [],
      presentation: { reveal: 'silent' },
    },
    ...(kernel === undefined || port === undefined
      ? []
      : [
          {
            label: serverLabel(board),
            ...nxRun(name, 'debug', configuration, '--server', `--port=${port}`),
            isBackground: true,
            problemMatcher: untilServing(name),
            presentation: { panel: 'dedicated' },
          },
          compileCommandsTask(kernel, configuration),
        ]),
  ];
}

/** A background task counts as started once a line matches `endsPattern`; a matcher has to have a pattern for problems. */
function untilServing(name: string) {
  const board = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return {
    owner: 'bringup',
    pattern: { regexp: `^${board}: (.+):(\\d+): (.+)$`, file: 1, line: 2, message: 3 },
    background: {
      activeOnStart: true,
      beginsPattern: `> nx run ${board}:debug`,
      endsPattern: 'stopped, and waiting for gdb at ',
    },
  };
}

function compileCommandsTask({ name }: EditorKernel, configuration: string | undefined) {
  const label = configuration === undefined ? `${name}: clangd` : `${name} (${configuration}): clangd`;
  return { label, ...nxRun(name, 'compile-commands', configuration), problemMatcher: [] };
}
