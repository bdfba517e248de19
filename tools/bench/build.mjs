/** (a, b, c) A kernel from nothing, after an edit of a symbol, and of a comment. */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { byHand, sourcePath } from './by-hand.mjs';
import { bootWithNx, ensureBoard, ensureSource, fragmentsOf, KERNEL, warmDaemon } from './demo.mjs';
import { median, seconds, times } from './figures.mjs';
import { editOptions, hasProgram, runNx } from './scratch.mjs';

/** Each adds one small object, and the demo kernel sets none. Each edit takes a new symbol, or Nx would find its result in the cache. */
const SYMBOLS = ['CRC7', 'CRC4', 'CRC8', 'CRC_ITU_T', 'CRC_CCITT', 'CRC64', 'CRC_T10DIF', 'LIBCRC32C'];

export const MAX_RUNS = SYMBOLS.length;

/** (a) A whole kernel, configured and compiled. */
export async function cleanBuild({ scratch, preset, say }) {
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
export function addKernel(scratch, preset) {
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

/** (b) One symbol more in a fragment. */
export async function symbolEdit({ scratch, runs, say }) {
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
export async function commentEdit({ scratch, runs, say }) {
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
