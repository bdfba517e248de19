import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { nxEnvironment, REPOSITORY } from './nx-run.js';

/** What goes into a task's hash, as Nx finds it: files of the workspace by name, commands, and outputs of other tasks as patterns. */
export interface TaskInputs {
  readonly files: readonly string[];
  readonly runtime: readonly string[];
  readonly depOutputs: readonly string[];
}

const NX = join(REPOSITORY, 'node_modules/nx/dist/src');

/** Asks the real Nx, of the real project graph. */
const SCRIPT = `
const { createProjectGraphAsync } = require('${NX}/project-graph/project-graph');
const { HashPlanInspector } = require('${NX}/hasher/hash-plan-inspector');
createProjectGraphAsync({ exitOnError: true }).then(async (graph) => {
  const inspector = new HashPlanInspector(graph, process.cwd());
  await inspector.init();
  const inputs = {};
  for (const task of process.argv.slice(1)) {
    const [project, target, configuration] = task.split(':');
    Object.assign(inputs, inspector.inspectTaskInputs({ project, target, configuration }));
  }
  process.stdout.write('\\n' + JSON.stringify(inputs), () => process.exit(0));
});
`;

/** The inputs of tasks (`kernel:config`) and of all that run before them. */
export async function taskInputs(
  workspace: string,
  tasks: readonly string[],
): Promise<Record<string, TaskInputs>> {
  const child = spawn(process.execPath, ['-e', SCRIPT, ...tasks], {
    cwd: workspace,
    env: nxEnvironment(workspace),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += String(chunk)));
  await new Promise((resolve) => child.on('close', resolve));
  return JSON.parse(output.slice(output.lastIndexOf('\n{'))) as Record<string, TaskInputs>;
}
