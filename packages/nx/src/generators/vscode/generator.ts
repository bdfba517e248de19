import { formatFiles, logger, type GeneratorCallback, type Tree } from '@nx/devkit';
import { findBoards, type EditorBoard } from './boards.js';
import { boardTasks, CLANGD_ARGUMENT, EXTENSIONS, launchConfiguration, launchName } from './entries.js';
import { JsoncFile } from './jsonc.js';

export interface VscodeGeneratorOptions {
  boards?: string[];
  configuration?: string;
}

/** QEMU's own choice for `-s`, and the first that a board gets; the next board takes the next. */
const FIRST_PORT = 1234;

/** `nx g @bringup/nx:vscode`: see schema.json. */
export default async function vscodeGenerator(
  tree: Tree,
  { boards: names = [], configuration }: VscodeGeneratorOptions,
): Promise<GeneratorCallback> {
  const boards = findBoards(tree, names, configuration);
  const files = ['launch', 'tasks', 'settings', 'extensions'].map(
    (name) => new JsoncFile(tree, `.vscode/${name}.json`),
  );
  const [launch, tasks, settings, extensions] = files as [JsoncFile, JsoncFile, JsoncFile, JsoncFile];
  launch.setDefault(['version'], '0.2.0');
  tasks.setDefault(['version'], '2.0.0');
  for (const board of boards) addBoard(launch, tasks, board);
  if (boards.some(({ kernel }) => kernel)) addClangd(settings, extensions);
  for (const file of files) file.write();
  await formatFiles(tree);
  return () => notes(boards).forEach((note) => logger.info(note));
}

function addBoard(launch: JsoncFile, tasks: JsoncFile, board: EditorBoard): void {
  const port = board.kernel && portOf(launch, launchName(board));
  tasks.setEntries('tasks', 'label', boardTasks(board, port));
  if (!board.kernel || port === undefined) return;
  launch.setEntries('configurations', 'name', [launchConfiguration(board, board.kernel, port)]);
}

/** The port that a configuration has, or the first that none has. */
function portOf(launch: JsoncFile, name: string): number {
  const taken = new Map<string, number>();
  for (const entry of launch.list('configurations') as {
    name?: string;
    miDebuggerServerAddress?: string;
  }[]) {
    const [, port] = /:(\d+)$/.exec(String(entry?.miDebuggerServerAddress)) ?? [];
    if (port !== undefined) taken.set(String(entry.name), Number(port));
  }
  const own = taken.get(name);
  if (own !== undefined) return own;
  const others = [...taken.values()];
  let port = FIRST_PORT;
  while (others.includes(port)) port += 1;
  return port;
}

/** Points clangd at the workspace's database, unless the user has it somewhere else. */
function addClangd(settings: JsoncFile, extensions: JsoncFile): void {
  const given = settings.list('clangd.arguments').map(String);
  if (!given.some((argument) => argument.startsWith('--compile-commands-dir'))) {
    settings.set(['clangd.arguments'], [...given, CLANGD_ARGUMENT]);
  }
  // Two engines would both complain of what the other does not know.
  settings.setDefault(['C_Cpp.intelliSenseEngine'], 'disabled');
  const recommended = extensions.list('recommendations');
  const missing = EXTENSIONS.filter((name) => !recommended.includes(name));
  if (missing.length > 0) extensions.set(['recommendations'], [...recommended, ...missing]);
}

function notes(boards: readonly EditorBoard[]): string[] {
  const without = boards.filter(({ kernel }) => !kernel).map(({ name }) => name);
  const kernels = new Map(
    boards.flatMap(({ kernel, configuration }) => (kernel ? [[kernel.name, configuration]] : [])),
  );
  return [
    ...[...kernels].map(([name, variant]) => {
      const task = `nx run ${name}:compile-commands${variant === undefined ? '' : ` -c ${variant}`}`;
      return `Once, for clangd and for sources in the debugger: ${task}`;
    }),
    ...without.map(
      (name) => `${name} names no kernel project: there is nothing to debug, its tasks are there`,
    ),
  ];
}
