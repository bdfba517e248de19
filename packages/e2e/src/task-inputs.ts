import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { nxEnvironment, REPOSITORY } from './nx-run.js';

/** The inputs of a task's hash, as Nx computes them: names of files, commands, and patterns of other tasks' outputs. */
export interface TaskInputs {
  readonly files: readonly string[];
  readonly runtime: readonly string[];
  readonly depOutputs: readonly string[];
}

/** Nx's view of a workspace: tasks (`kernel:config`) → inputs, files → projects that their change affects. */
export interface NxAnswers {
  readonly inputs: Readonly<Record<string, TaskInputs>>;
  readonly affected: Readonly<Record<string, readonly string[]>>;
  /** The inputs of the requested tasks, as the graph declares them. */
  readonly declared: Readonly<Record<string, readonly unknown[]>>;
}

const NX = join(REPOSITORY, 'node_modules/nx/dist/src');

/** Asks the real Nx with the real project graph. One process answers all questions, because a command for each would take seconds. */
const SCRIPT = `
const { createProjectGraphAsync } = require('${NX}/project-graph/project-graph');
const { filterAffected } = require('${NX}/project-graph/affected/affected-project-graph');
const { HashPlanInspector } = require('${NX}/hasher/hash-plan-inspector');
const [tasks, files] = JSON.parse(process.argv[1]);
createProjectGraphAsync({ exitOnError: true }).then(async (graph) => {
  const answers = { inputs: {}, affected: {}, declared: {} };
  const inspector = new HashPlanInspector(graph, process.cwd());
  await inspector.init();
  for (const task of tasks) {
    const [project, target, configuration] = task.split(':');
    answers.declared[task] = graph.nodes[project].data.targets[target].inputs;
    Object.assign(answers.inputs, inspector.inspectTaskInputs({ project, target, configuration }));
  }
  for (const file of files) {
    const { nodes } = await filterAffected(graph, [{ file, hash: '', getChanges: () => [] }]);
    answers.affected[file] = Object.keys(nodes).sort();
  }
  process.stdout.write('\\n' + JSON.stringify(answers), () => process.exit(0));
});
`;

/**
 * Asks Nx for the inputs of tasks and of all that run before them, and for what changes affect.
 *
 * @param files relative to the workspace; they need not exist
 */
export async function askNx(
  workspace: string,
  tasks: readonly string[],
  files: readonly string[] = [],
): Promise<NxAnswers> {
  const child = spawn(process.execPath, ['-e', SCRIPT, JSON.stringify([tasks, files])], {
    cwd: workspace,
    env: nxEnvironment(workspace),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += String(chunk)));
  await new Promise((resolve) => child.on('close', resolve));
  return JSON.parse(output.slice(output.lastIndexOf('\n{'))) as NxAnswers;
}
