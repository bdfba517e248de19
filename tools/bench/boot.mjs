/** (d, e, m) A board: tested from the cache, booted to its prompt, debugged. */
import { bootWithNx, END, ensureBoard, place, PROMPT } from './demo.mjs';
import { median, seconds, times } from './figures.mjs';
import { run } from './run.mjs';
import { addFloor, FLOOR_SPEAKS, nx, onTerminal, runNx } from './scratch.mjs';

/** (d) A board's test when nothing changed. */
export async function cachedTest({ scratch, runs, say }) {
  await ensureBoard(scratch, say);
  await runNx(scratch, ['run', 'virt-arm64:test', '--outputStyle=stream']);
  const args = ['run', 'virt-arm64:test', '--outputStyle=stream'];
  const results = await times(runs + 1, async () => {
    const result = await runNx(scratch, args);
    if (!/\[(existing outputs match the cache|local cache)/.test(result.output))
      throw new Error(`virt-arm64:test was not cached:\n${result.output}`);
    return result.seconds;
  });
  const { output } = await runNx({ ...scratch, env: { ...scratch.env, NX_PERF_LOGGING: 'true' } }, args);
  const spent = (name) =>
    [...output.matchAll(new RegExp(`Time taken for '${name}' ([0-9.]+)ms`, 'g'))]
      .map((match) => Number(match[1]) / 1000)
      .reduce((sum, value) => sum + value, 0);
  return {
    bar: 1,
    measured: median(results.slice(1)),
    unit: 'seconds',
    detail: 'nx run virt-arm64:test, with the daemon',
    where: [
      `loading nx ${seconds(spent('code-loading'))}`,
      `graph ${seconds(spent('REQUEST_PROJECT_GRAPH round trip'))}`,
      `plugins' hook before tasks ${seconds(spent('PRE_TASKS_EXECUTION round trip'))}`,
      `hashes ${seconds(spent('hashMultipleTasks'))}`,
    ].join(', '),
  };
}

/** (e) Until the guest's prompt. */
export async function bootToShell({ scratch, runs, say }) {
  await ensureBoard(scratch, say);
  const json = await runNx(scratch, ['run', 'virt-arm64:command', '--json', '--outputStyle=stream']);
  const argv = JSON.parse(/^.*?(\["qemu.*\])\s*$/m.exec(json.stdout)[1]);
  addFloor(scratch);
  const floorArgs = ['run', 'floor:run'];
  await runNx(scratch, floorArgs);
  const results = await times(runs, async (index) => {
    say(`e: boot ${index + 1}`);
    const ours = await bootWithNx(scratch);
    const hand = await run(onTerminal(argv), {
      ...place(scratch),
      until: PROMPT,
      answer: END,
      timeoutSeconds: 120,
    });
    const bare = await run(onTerminal(nx(scratch, ...floorArgs)), place(scratch));
    const floor = bare.marks(new RegExp(FLOOR_SPEAKS));
    return {
      ...{ nx: ours.seconds, qemu: ours.qemuStart, executor: ours.executorStart },
      ...{ hand: hand.seconds, floor },
    };
  });
  const [ours, executor, qemu, hand, floor] = ['nx', 'executor', 'qemu', 'hand', 'floor'].map((name) =>
    median(results.map((result) => result[name])),
  );
  return {
    bar: 0.9,
    measured: ours - hand,
    unit: 'seconds more',
    detail: `nx run virt-arm64:run ${seconds(ours)}, the same QEMU command by hand ${seconds(hand)}`,
    where: `nx: the executor spoke after ${seconds(executor)}, QEMU started after ${seconds(qemu)}, prompt ${seconds(ours - qemu)} later. Nx's own part: an executor that does nothing, behind as many cached tasks, speaks after ${seconds(floor)}`,
  };
}

/** (m) gdb's prompt where the kernel stops first. */
export async function debugStart({ scratch, runs, say }) {
  await ensureBoard(scratch, say);
  const argv = onTerminal(nx(scratch, 'run', 'virt-arm64:debug'));
  const options = { ...place(scratch), until: /\(gdb\) $/, answer: 'quit\ny\n', timeoutSeconds: 120 };
  const results = await times(runs, async (index) => {
    say(`m: session ${index + 1}`);
    return run(argv, options);
  });
  const measured = median(results.map((result) => result.seconds));
  const machine = median(results.map((result) => result.marks(/: accelerator /)));
  const gdb = median(results.map((result) => result.marks(/: GNU gdb /)));
  return {
    bar: 3,
    measured,
    unit: 'seconds',
    detail: `nx run virt-arm64:debug to (gdb) in start_kernel: ${seconds(measured)}`,
    where: `tools and symbols looked at after ${seconds(machine)}, gdb started after ${seconds(gdb)}, prompt ${seconds(measured - gdb)} later`,
  };
}
