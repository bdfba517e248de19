/** (n) The edit loop of somebody who works on a kernel: each kind of edit, by nx and by hand, to a kernel and to the guest's prompt. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { byHand, sourcePath } from './by-hand.mjs';
import { bootWithNx, END, ensureLock, ensureSource, KERNEL, place, PROMPT, warmDaemon } from './demo.mjs';
import { median, seconds, times } from './figures.mjs';
import { run } from './run.mjs';
import { addFloor, editOptions, onTerminal, runNx } from './scratch.mjs';

const GIT = ['-c', 'user.name=bench', '-c', 'user.email=bench@example.org', '-c', 'gc.auto=0'];

/** Over tinyconfig: a kernel that boots the demo's board to its shell, of some 450 objects. */
const SMALL = [
  ...['BLK_DEV_INITRD', 'PRINTK', 'BINFMT_ELF', 'BINFMT_SCRIPT', 'TTY', 'SERIAL_AMBA_PL011'],
  ...['SERIAL_AMBA_PL011_CONSOLE', 'PROC_FS', 'SYSFS', 'DEVTMPFS', 'SHMEM', 'TMPFS', 'MODULES'],
];

/** Takes minutes, so one run tells as much as the median of three. */
const LONG = 'a header of 200 users';

/** The edits, in this order. */
const EDITS = {
  'one C file': ({ append }, index) => append('kernel/panic.c', `int bench_${index};\n`),
  'a Kconfig default': ({ append }, index) =>
    append('init/Kconfig', `\nconfig BENCH_${index}\n\tdef_bool y\n`),
  'git commit': ({ git }) => git('commit', '--quiet', '--all', '--allow-empty', '--message=edits'),
  'a branch, there and back': ({ git, append }, index) => {
    git('commit', '--quiet', '--all', '--allow-empty', '--message=before');
    git('checkout', '--quiet', '-b', `bench-${index}`);
    append('kernel/panic.c', `int bench_branch_${index};\n`);
    git('commit', '--quiet', '--all', '--message=branch');
    git('checkout', '--quiet', '-');
  },
  [LONG]: ({ append }, index) => append('include/linux/seq_file.h', `/* bench ${index} */\n`),
};
const C_FILE = ['one C file'];

/** The demo's board with a kernel from a git tree of one's own. */
async function makeOwnKernel(scratch, say) {
  await ensureLock(scratch);
  await ensureSource(scratch, 'kernel');
  const path = join(scratch.base, 'linux');
  say('n: a git tree of the kernel');
  execFileSync('cp', ['-a', '--reflink=auto', sourcePath(scratch, 'kernel'), path]);
  execFileSync('chmod', ['-R', 'u+w', path]);
  const git = (...args) => execFileSync('git', [...GIT, ...args], { cwd: path, env: scratch.env });
  git('init', '--quiet');
  git('add', '--all', '--force');
  git('commit', '--quiet', '--message=base');
  const fragment = join(scratch.workspace, KERNEL, 'bench.config');
  // The board's test expects the release of the demo's kernel.
  const lines = [...SMALL.map((symbol) => `CONFIG_${symbol}=y`), 'CONFIG_LOCALVERSION="-bringup"', ''];
  writeFileSync(fragment, lines.join('\n'));
  editOptions(scratch, KERNEL, {
    source: { kind: 'directory', path: relative(scratch.workspace, path) },
    fragments: ['{projectRoot}/bench.config'],
  });
  scratch.boardBuilt = false;
  return { path, git, fragment, append: (name, text) => appendFileSync(join(path, name), text) };
}

/** Everything from nothing, both ways. @returns how to go on from there by hand */
async function buildBoth(scratch, tree, { ccache, say }) {
  editOptions(scratch, KERNEL, { ccache });
  say(`n: from nothing, by nx and by hand, ${ccache ? 'with' : 'without'} ccache`);
  await runNx(scratch, ['run', 'virt-arm64:build', '--outputStyle=stream']);
  const out = join(scratch.base, ccache ? 'by-hand-ccache' : 'by-hand-own');
  const { path: source, fragment } = tree;
  // The same goals as nx, since the kernel can load modules.
  const goals = ['modules'];
  const hand = byHand({ source, out, arch: 'arm64', fragments: [fragment], env: scratch.env, ccache, goals });
  await hand.clean();
  await warmDaemon(scratch);
  const json = await runNx(scratch, ['run', 'virt-arm64:command', '--json', '--outputStyle=stream']);
  const argv = JSON.parse(/^.*?(\["qemu.*\])\s*$/m.exec(json.stdout)[1]);
  const image = join(out, 'arch/arm64/boot/Image');
  const qemu = argv.map((word) => (word.endsWith('dist/kernel/Image') ? image : word));
  if (!qemu.includes(image)) throw new Error(`No kernel in ${argv.join(' ')}`);
  const boot = () =>
    run(onTerminal(qemu), { ...place(scratch), until: PROMPT, answer: END, timeoutSeconds: 120 });
  return { made: hand.made, boot };
}

/** Seconds of each edit to a built kernel, by nx and by make. */
async function measureBuilds(scratch, tree, hand, { names, runs, say }) {
  const figures = [];
  for (const name of names) {
    const results = await times(name === LONG ? 1 : runs, async (index) => {
      say(`n: ${name}`);
      EDITS[name](tree, `${tree.count++}_${index}`);
      const ours = await runNx(scratch, ['run', 'kernel:build', '--outputStyle=stream']);
      return { ours: ours.seconds, manual: await hand.made() };
    });
    const [ours, manual] = ['ours', 'manual'].map((key) => median(results.map((result) => result[key])));
    figures.push(`${name}: nx ${seconds(ours)}, make ${seconds(manual)}`);
    say(`n: ${figures.at(-1)}`);
  }
  return figures.join('; ');
}

/** Seconds from one edited C file to the guest's prompt, by nx and by hand. */
async function measureBoots(scratch, tree, hand, { runs, say }) {
  const results = await times(runs, async (index) => {
    say('n: one C file, and boot');
    EDITS[C_FILE](tree, `${tree.count++}_${index}`);
    const ours = await bootWithNx(scratch);
    const made = await hand.made();
    return { ours: ours.seconds, manual: made + (await hand.boot()).seconds };
  });
  const [ours, manual] = ['ours', 'manual'].map((key) => median(results.map((result) => result[key])));
  const text = `nx ${seconds(ours)}, by hand ${seconds(manual)}`;
  say(`n: one C file, and boot: ${text}`);
  return { more: ours - manual, text };
}

/** Seconds of a test when nothing changed, and of as many cached tasks of an executor that does nothing. */
async function measureCached(scratch, { runs, say }) {
  say('n: no edit');
  addFloor(scratch);
  const secondsOf = async (target) => {
    const args = ['run', target, '--outputStyle=stream'];
    await runNx(scratch, args);
    return median((await times(runs, () => runNx(scratch, args))).map((result) => result.seconds));
  };
  return { ours: await secondsOf('virt-arm64:test'), floor: await secondsOf('floor:test') };
}

/** (n) Seconds from an edit to a guest's prompt, over make and QEMU by hand. */
export async function editLoop({ scratch: given, runs, say }) {
  const scratch = { ...given, env: { ...given.env, CCACHE_DIR: join(given.base, 'ccache') } };
  const tree = { ...(await makeOwnKernel(scratch, say)), count: 0 };
  const plain = await buildBoth(scratch, tree, { ccache: false, say });
  const inGit = await measureBoots(scratch, tree, plain, { runs, say });
  const builds = await measureBuilds(scratch, tree, plain, { names: Object.keys(EDITS), runs, say });
  const cachedTest = await measureCached(scratch, { runs, say });
  const status = await times(runs, async () => {
    const start = performance.now();
    tree.git('status', '--short');
    return (performance.now() - start) / 1000;
  });
  const look = async () => {
    const script = 'node_modules/@bringup/nx/scripts/source-hash.sh';
    const path = relative(scratch.workspace, tree.path);
    const argv = ['sh', script, 'kernel', 'build', path];
    return (await run(argv, place(scratch))).seconds;
  };
  await look();
  const hashed = median(await times(runs, look));
  renameSync(join(tree.path, '.git'), join(scratch.base, 'linux.git'));
  await look();
  const hashedPlain = median(await times(runs, look));
  const withoutGit = await measureBoots(scratch, tree, plain, { runs, say });
  renameSync(join(scratch.base, 'linux.git'), join(tree.path, '.git'));
  const cached = await buildBoth(scratch, tree, { ccache: true, say });
  const withCcache = await measureBuilds(scratch, tree, cached, { names: Object.keys(EDITS), runs, say });
  return {
    bar: 3,
    measured: Math.max(inGit.more, withoutGit.more),
    unit: 'seconds more',
    detail: `one C file to the prompt: in a git tree ${inGit.text}; in a plain directory ${withoutGit.text}`,
    where: [
      `builds without ccache: ${builds}`,
      `with ccache: ${withCcache}`,
      `no edit: test ${seconds(cachedTest.ours)}, as many cached tasks that do nothing ${seconds(cachedTest.floor)}`,
      `hash of the tree ${seconds(hashed)}, without git ${seconds(hashedPlain)}; git status ${seconds(median(status))}`,
    ].join('. '),
  };
}
