/** What is measured: one function per line of the report. Each gives a bar, the figure, and where the time went. */
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { byHand, sourcePath } from './by-hand.mjs';
import { configureTwice } from './kconfig.mjs';
import { makeManyFiles, PACK_PROGRAM } from './many-files.mjs';
import { run } from './run.mjs';
import {
  addFloor,
  editOptions,
  FLOOR_SPEAKS,
  hasProgram,
  nx,
  onTerminal,
  qemuStartedAt,
  runNx,
} from './scratch.mjs';

const KERNEL = 'examples/kernel';
/** A shell's prompt at the end of the output. */
const PROMPT = /(^|\n)[^\n]*[#$] $/;
/** Ctrl-A X: ends QEMU. */
const END = '\u0001x';
/** One small object each; none is on in the demo kernel. Each edit is a new one, or Nx would have its result in the cache. */
const SYMBOLS = ['CRC7', 'CRC4', 'CRC8', 'CRC_ITU_T', 'CRC_CCITT', 'CRC64', 'CRC_T10DIF', 'LIBCRC32C'];
export const MAX_RUNS = SYMBOLS.length;

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

async function times(count, work) {
  const results = [];
  for (let index = 0; index < count; index++) results.push(await work(index));
  return results;
}

const seconds = (value) => `${value.toFixed(2)} s`;

/** (a) A whole kernel, configured and compiled. */
async function cleanBuild({ scratch, preset, say }) {
  const kernel =
    preset === undefined ? { project: 'kernel', root: KERNEL, arch: 'arm64' } : addKernel(scratch, preset);
  editOptions(scratch, kernel.root, { ccache: false });
  await ensureSource(scratch, kernel.project);
  say('a: nx run kernel:build, from nothing');
  for (const path of ['.bringup/build', 'dist'])
    rmSync(join(scratch.workspace, path, kernel.project), { recursive: true, force: true });
  await warmDaemon(scratch);
  const nxRun = await runNx(scratch, ['run', `${kernel.project}:build`, '--outputStyle=stream']);
  say(`a: ${seconds(nxRun.seconds)}; make by hand, from nothing`);
  const hand = byHand({
    source: sourcePath(scratch, kernel.project),
    out: join(scratch.base, 'by-hand-clean'),
    arch: kernel.arch,
    fragments: fragmentsOf(scratch, kernel.root),
    env: scratch.env,
  });
  const { configured, made } = await hand.clean();
  const manual = configured + made;
  return {
    bar: 1.03,
    measured: nxRun.seconds / manual,
    unit: 'times',
    detail: `nx ${seconds(nxRun.seconds)}, by hand ${seconds(manual)} (configuration ${seconds(configured)}, make ${seconds(made)})`,
    where: `nx: configuration until ${seconds(nxRun.marks(/: configured/))}, then make and publishing`,
  };
}

/** A kernel over tinyconfig for x86_64 from a preset of workspace-configs, or from tinyconfig alone (`none`). */
function addKernel(scratch, preset) {
  const root = 'examples/kernel-bench';
  const options = JSON.parse(
    readFileSync(join(scratch.workspace, 'examples/kernel-x86_64/project.json'), 'utf8'),
  ).targets.build.options;
  const fragments = preset === 'none' ? [] : [`workspace-configs/kconfig/${preset}.config`];
  for (const path of fragments)
    if (!existsSync(join(scratch.workspace, path))) throw new Error(`there is no preset ${path}`);
  mkdirSync(join(scratch.workspace, root));
  const build = { executor: '@bringup/nx:kernel', options: { ...options, fragments } };
  writeFileSync(
    join(scratch.workspace, root, 'project.json'),
    JSON.stringify({ name: 'kernel-bench', targets: { build } }),
  );
  return { project: 'kernel-bench', root, arch: 'x86_64' };
}

function fragmentsOf(scratch, root) {
  const { targets } = JSON.parse(readFileSync(join(scratch.workspace, root, 'project.json'), 'utf8'));
  return targets.build.options.fragments.map((path) =>
    join(scratch.workspace, path.replace('{projectRoot}', root)),
  );
}

/** Also brings the lock up to date where it does not hold on this machine. */
async function ensureSource(scratch, project) {
  await runNx(scratch, ['run', `${project}:update`, '--ifNeeded', '--outputStyle=stream']);
  if (sourcePath(scratch, project) === undefined)
    await runNx(scratch, ['run', `${project}:config`, '--outputStyle=stream']);
}

/** (b) One symbol more in a fragment. */
async function symbolEdit({ scratch, runs, say }) {
  const ccache = hasProgram('ccache');
  editOptions(scratch, KERNEL, { ccache });
  await ensureSource(scratch, 'kernel');
  const fragment = join(scratch.workspace, KERNEL, 'kernel.config');
  const before = readFileSync(fragment);
  say(`b: both trees, ${ccache ? 'through ccache' : 'which takes as long as a clean build each'}`);
  // The user's artifacts would do for Nx, but their objects lie elsewhere.
  for (const path of ['.bringup/build/kernel', 'dist/kernel'])
    rmSync(join(scratch.workspace, path), { recursive: true, force: true });
  await runNx(scratch, ['run', 'kernel:build', '--skipNxCache', '--outputStyle=stream']);
  const fragments = fragmentsOf(scratch, KERNEL);
  const source = sourcePath(scratch, 'kernel');
  const out = join(scratch.base, 'by-hand-edit');
  await byHand({ source, out, arch: 'arm64', fragments, env: scratch.env, ccache }).clean();

  // From here on ccache only starts the compiler, in both.
  const idle = join(scratch.base, 'ccache');
  mkdirSync(idle);
  writeFileSync(join(idle, 'ccache.conf'), 'disable = true\n');
  const measured = { ...scratch, env: { ...scratch.env, CCACHE_DIR: idle } };
  const hand = byHand({ source, out, arch: 'arm64', fragments, env: measured.env, ccache });
  await warmDaemon(measured);
  const results = await times(runs, async (index) => {
    appendFileSync(fragment, `CONFIG_${SYMBOLS[index]}=y\n`);
    say(`b: CONFIG_${SYMBOLS[index]}=y`);
    const nxRun = await runNx(measured, ['run', 'kernel:build', '--outputStyle=stream']);
    const { configured, made } = await hand.edited();
    return {
      nx: nxRun.seconds,
      config: nxRun.marks(/: configured/),
      manual: configured + made,
      configured,
      made,
    };
  });
  writeFileSync(fragment, before);
  const [ours, config, manual, configured, made] = ['nx', 'config', 'manual', 'configured', 'made'].map(
    (name) => median(results.map((result) => result[name])),
  );
  return {
    bar: 2,
    measured: ours - manual,
    unit: 'seconds more',
    detail: `nx ${seconds(ours)}, by hand ${seconds(manual)} (merge and olddefconfig ${seconds(configured)}, make ${seconds(made)})`,
    where: `nx: .config done at ${seconds(config)}, then make and publishing ${seconds(ours - config)}`,
  };
}

/** (c) A comment in a fragment, until the guest is started. */
async function commentEdit({ scratch, runs, say }) {
  await ensureBoard(scratch, say);
  const fragment = join(scratch.workspace, KERNEL, 'kernel.config');
  const before = readFileSync(fragment);
  const manifest = join(scratch.workspace, 'dist/kernel/manifest.json');
  const published = statSync(manifest).mtimeMs;
  const results = await times(runs, async (index) => {
    say(`c: comment ${index + 1}`);
    appendFileSync(fragment, `# comment ${index + 1}\n`);
    const boot = await bootWithNx(scratch);
    return { total: boot.qemuStart, executor: boot.executorStart };
  });
  if (statSync(manifest).mtimeMs !== published)
    throw new Error('a comment made the kernel be published again');
  writeFileSync(fragment, before);
  const total = median(results.map((result) => result.total));
  const executor = median(results.map((result) => result.executor));
  return {
    bar: 3,
    measured: total,
    unit: 'seconds',
    detail: 'from nx run virt-arm64:run to the start of QEMU; nothing compiled',
    where: `until the board's executor spoke, all before it looked at: ${seconds(executor)}`,
  };
}

/** (d) A board's test when nothing changed. */
async function cachedTest({ scratch, runs, say }) {
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
async function bootToShell({ scratch, runs, say }) {
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

/** (k) gdb's prompt where the kernel stops first. */
async function debugStart({ scratch, runs, say }) {
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

/** (f) 2,000 files into an initramfs. */
async function packing({ scratch, runs, say }) {
  const tree = join(scratch.base, 'many-files');
  const bytes = makeManyFiles(tree, 2000);
  const pack = (level, file) => [
    process.execPath,
    '-e',
    PACK_PROGRAM,
    scratch.workspace,
    tree,
    file,
    String(level),
  ];
  const file = join(scratch.base, 'packed');
  const options = place(scratch);
  const shell = ['sh', '-c', 'cd "$1" && find . | cpio --quiet -o -H newc | gzip -9 >"$2"', 'sh', tree, file];
  const hashes = new Set();
  const results = await times(runs, async (index) => {
    say(`f: packing ${index + 1}`);
    const hand = await run(shell, options);
    const handBytes = readFileSync(file).length;
    const best = await run(pack(9, file), options);
    const ours = await run(pack(6, file), options);
    const packed = readFileSync(file);
    hashes.add(createHash('sha256').update(packed).digest('hex'));
    // Other times and another place on disk must not show.
    cpSync(tree, `${tree}-${index}`, { recursive: true });
    await run(
      [process.execPath, '-e', PACK_PROGRAM, scratch.workspace, `${tree}-${index}`, file, '6'],
      options,
    );
    hashes.add(createHash('sha256').update(readFileSync(file)).digest('hex'));
    return { ours: ours.seconds, best: best.seconds, hand: hand.seconds, bytes: packed.length, handBytes };
  });
  const [ours, best, hand] = ['ours', 'best', 'hand'].map((name) =>
    median(results.map((result) => result[name])),
  );
  const mib = (value) => `${(value / 2 ** 20).toFixed(1)} MiB`;
  return {
    bar: 1,
    measured: ours / hand,
    unit: 'times',
    passed: ours < hand && hashes.size === 1,
    detail: `Bringup ${seconds(ours)} (${mib(results[0].bytes)}), find | cpio | gzip -9 ${seconds(hand)} (${mib(results[0].handBytes)}), of ${mib(bytes)}; ${hashes.size === 1 ? 'byte-identical each time' : 'NOT BYTE-IDENTICAL'}`,
    where: `Bringup's default is level 6; at level 9 it takes ${seconds(best)}`,
  };
}

const KEPT = 'CONFIG_PRINTK=y\nCONFIG_NET=y\nCONFIG_EXT4_FS=y\n';
const DROPPED = 'CONFIG_DEBUG_INFO_BTF=y\nCONFIG_KASAN_HW_TAGS=y\nCONFIG_NR_CPUS=9999\nCONFIG_PRINTKK=y\n';

/** (g, h) Every request compared with what olddefconfig made of it, and explained where it was lost. */
function requestsChecked(text, bar) {
  return async ({ scratch, runs, say }) => {
    await ensureSource(scratch, 'kernel');
    const source = sourcePath(scratch, 'kernel');
    say('g, h: conf is compiled, and defconfig made');
    await configureTwice({ scratch, source, text: KEPT, cold: true });
    const results = await times(runs, () => configureTwice({ scratch, source, text, cold: true }));
    const again = await configureTwice({ scratch, source, text, cold: false });
    const [ours, hand] = ['ours', 'hand'].map((name) => median(results.map((result) => result[name])));
    return {
      bar,
      measured: median(results.map((result) => result.ours - result.hand)),
      unit: 's more',
      detail: `Bringup ${seconds(ours)}, make olddefconfig ${seconds(hand)}, ${results[0].lost} requests lost`,
      where: `${seconds(again.ours - again.hand)} more where the compiler's answers to Kconfig are known already`,
    };
  };
}

/** (i) A disk made anew; (j) the same from Nx's cache, over what nx takes to know the workspace. */
async function disk({ scratch, runs, say }) {
  await ensureBoard(scratch, say);
  const root = 'examples/disk';
  const partition = { name: 'root', fileSystem: 'ext4', size: '256M', initramfs: 'rootfs' };
  const label = (name) => editOptions(scratch, root, { partitions: [{ ...partition, label: name }] });
  await runNx(scratch, ['run', 'disk:update', '--outputStyle=stream']);
  const build = () => runNx(scratch, ['run', 'disk:build', '--outputStyle=stream']);
  return await times(runs, async (index) => {
    say(`i, j: disk ${index + 1}`);
    label(`bench${process.pid}-${index}`);
    await warmDaemon(scratch);
    const made = await build();
    const cached = await build();
    const known = await runNx(scratch, ['show', 'project', 'disk', '--json']);
    return { made: made.seconds, cached: cached.seconds, known: known.seconds };
  });
}

async function diskMade(context) {
  const results = await disk(context);
  const [made, known] = ['made', 'known'].map((name) => median(results.map((result) => result[name])));
  return {
    bar: 3,
    measured: made,
    unit: 's',
    detail: `nx run disk:build ${seconds(made)}`,
    where: `of that, what nx takes to show the project: ${seconds(known)}`,
  };
}

async function diskCached(context) {
  const results = await disk(context);
  const [cached, known] = ['cached', 'known'].map((name) => median(results.map((result) => result[name])));
  return {
    bar: 0.3,
    measured: cached - known,
    unit: 's more',
    detail: `nx run disk:build ${seconds(cached)}, nx show project ${seconds(known)}`,
    where: 'the rest is nx: its start, and the workspace from its daemon',
  };
}

/** Where the scratch workspace's programs run. */
function place({ workspace, env }) {
  return { cwd: workspace, env };
}

/** nx run virt-arm64:run until the prompt; then the guest is ended. */
async function bootWithNx(scratch) {
  rmSync(scratch.qemuLog, { force: true });
  const argv = onTerminal(nx(scratch, 'run', 'virt-arm64:run'));
  const result = await run(argv, { ...place(scratch), until: PROMPT, answer: END, timeoutSeconds: 120 });
  const qemuStart = (qemuStartedAt(scratch) - result.startedAt) / 1000;
  return { ...result, qemuStart, executorStart: result.marks(/: accelerator /) };
}

/** Everything that virt-arm64 boots is there, and Nx knows it. */
async function ensureBoard(scratch, say) {
  if (scratch.boardBuilt) return;
  say('kernel, BusyBox and initramfs for virt-arm64, unless dist has them');
  await runNx(scratch, [
    'run-many',
    '-t',
    'update',
    '-p',
    'kernel',
    'busybox',
    'rootfs',
    'virt-arm64',
    '--ifNeeded',
    '--outputStyle=stream',
  ]);
  editOptions(scratch, KERNEL, { ccache: true });
  await runNx(scratch, ['run', 'virt-arm64:build', '--outputStyle=stream']);
  await warmDaemon(scratch);
  scratch.boardBuilt = true;
}

async function warmDaemon(scratch) {
  await runNx(scratch, ['show', 'projects']);
}

/** What generated boards lie below; the demo beside it has no cubieboard kernel to share. */
const GENERATED = 'bench-boards';

/** Generates boards, and how long each took; all share the projects of the first. */
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
async function boardGenerated({ scratch, runs }) {
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
async function graphOfBoards({ scratch, runs }) {
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

export const MEASURES = {
  a: { title: 'clean kernel build, nx against plain make', measure: cleanBuild },
  b: { title: 'one-symbol edit, nx run kernel:build against by hand', measure: symbolEdit },
  c: { title: 'comment edit in a fragment, until QEMU starts', measure: commentEdit },
  d: { title: 'everything cached, nx run virt-arm64:test', measure: cachedTest },
  e: { title: 'nx run virt-arm64:run to the prompt, against QEMU by hand', measure: bootToShell },
  f: { title: 'initramfs of 2,000 files against find | cpio | gzip -9', measure: packing },
  g: {
    title: 'every request checked, all is well, over make olddefconfig of Linux 6.1',
    measure: requestsChecked(KEPT, 1),
  },
  h: {
    title: 'every request checked, some lost and explained, over make olddefconfig of Linux 6.1',
    measure: requestsChecked(DROPPED, 4),
  },
  i: { title: 'a GPT disk of 256 MiB with the BusyBox root as ext4, made as qcow2', measure: diskMade },
  j: { title: 'the same disk from the cache, over nx show project', measure: diskCached },
  k: { title: 'one board and its kernel, generated into the demo', measure: boardGenerated },
  l: { title: 'the graph after an edit, with 20 generated boards', measure: graphOfBoards },
  m: { title: 'nx run virt-arm64:debug to gdb in start_kernel, everything cached', measure: debugStart },
};
