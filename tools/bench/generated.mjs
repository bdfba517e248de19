/** (k, l) Generated boards. */
import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { warmDaemon } from './demo.mjs';
import { median, seconds, times } from './figures.mjs';
import { runNx } from './scratch.mjs';

/** The directory of generated boards. It is separate because the demo has no cubieboard kernel to share. */
const GENERATED = 'bench-boards';

/** Generates boards, which all share the projects of the first, and measures how long each took. */
async function generated(scratch, count) {
  const boards = Array.from({ length: count }, (_, index) => `bench-${Date.now()}-${index}`);
  const figures = [];
  for (const board of boards) {
    const machine = ['--arch=arm', '--machine=cubieboard', `--directory=${GENERATED}`];
    figures.push((await runNx(scratch, ['g', '@bringup/nx:board', board, ...machine])).seconds);
  }
  return figures;
}

/** (k) A board and its kernel, generated with the daemon. */
export async function boardGenerated({ scratch, runs }) {
  const figures = [];
  for (let run = 0; run < runs; run += 1) {
    rmSync(join(scratch.workspace, GENERATED), { recursive: true, force: true });
    await warmDaemon(scratch);
    figures.push(...(await generated(scratch, 1)));
  }
  return {
    bar: 3,
    measured: median(figures),
    unit: 's',
    detail: `runs ${figures.map(seconds).join(', ')}`,
    where: 'all of nx g: its start, the graph, the generator, formatting',
  };
}

/** (l) The graph of a workspace with 20 generated boards more, computed anew. */
export async function graphOfBoards({ scratch, runs }) {
  await generated(scratch, 20);
  await warmDaemon(scratch);
  const figures = await times(runs, async () => {
    appendFileSync(join(scratch.workspace, GENERATED, 'kernel-cubieboard/project.json'), '\n');
    return (await runNx(scratch, ['show', 'projects'])).seconds;
  });
  return {
    bar: 2,
    measured: median(figures),
    unit: 's',
    detail: `runs ${figures.map(seconds).join(', ')}`,
    where: 'nx show projects after an edit of one project.json, with the daemon',
  };
}
