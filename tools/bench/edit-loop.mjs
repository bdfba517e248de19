/** (n) The edit loop of somebody who works on a kernel: each kind of edit, by nx and by hand, in a git tree. */
import { execFileSync } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { addKernel } from './build.mjs';
import { byHand, sourcePath } from './by-hand.mjs';
import { ensureSource, fragmentsOf, warmDaemon } from './demo.mjs';
import { median, seconds, times } from './figures.mjs';
import { editOptions, runNx } from './scratch.mjs';

const GIT = ['-c', 'user.name=bench', '-c', 'user.email=bench@example.org', '-c', 'gc.auto=0'];

/** The edits, in this order. */
const EDITS = {
  'one C file': ({ append }, index) => append('kernel/panic.c', `int bench_${index};\n`),
  'a header': ({ append }, index) => append('include/linux/rbtree.h', `/* bench ${index} */\n`),
  'a Kconfig default': ({ append }, index) =>
    append('init/Kconfig', `\nconfig BENCH_${index}\n\tdef_bool y\n`),
  'git commit': ({ git }) => git('commit', '--quiet', '--all', '--message=edits'),
  'a branch, there and back': ({ git, append }, index) => {
    git('commit', '--quiet', '--all', '--allow-empty', '--message=before');
    git('checkout', '--quiet', '-b', `bench-${index}`);
    append('kernel/panic.c', `int bench_branch_${index};\n`);
    git('commit', '--quiet', '--all', '--message=branch');
    git('checkout', '--quiet', '-');
  },
};

/** A kernel from a git tree of one's own, built both ways from nothing. */
async function makeOwnKernel({ scratch, preset, say }) {
  await ensureSource(scratch, 'kernel-x86_64');
  const tree = join(scratch.base, 'linux');
  say('n: a git tree of the kernel');
  execFileSync('cp', ['-a', '--reflink=auto', sourcePath(scratch, 'kernel-x86_64'), tree]);
  execFileSync('chmod', ['-R', 'u+w', tree]);
  const git = (...args) => execFileSync('git', [...GIT, ...args], { cwd: tree, env: scratch.env });
  git('init', '--quiet');
  git('add', '--all', '--force');
  git('commit', '--quiet', '--message=base');
  const { project, root, arch } = addKernel(scratch, preset);
  const source = { kind: 'directory', path: relative(scratch.workspace, tree) };
  editOptions(scratch, root, { source, ccache: false });
  say('n: from nothing, by nx and by hand');
  await runNx(scratch, ['run', `${project}:build`, '--outputStyle=stream']);
  const fragments = fragmentsOf(scratch, root);
  const hand = byHand({
    source: tree,
    out: join(scratch.base, 'by-hand-own'),
    arch,
    fragments,
    env: scratch.env,
  });
  await hand.clean();
  await warmDaemon(scratch);
  return { project, hand, tree: { git, append: (name, text) => appendFileSync(join(tree, name), text) } };
}

/** (n) Seconds from an edit to a built kernel, over make by hand. */
export async function editLoop({ scratch, runs, preset = 'mini', say }) {
  const { project, hand, tree } = await makeOwnKernel({ scratch, preset, say });
  const figures = {};
  for (const [name, edit] of Object.entries(EDITS)) {
    const results = await times(runs, async (index) => {
      say(`n: ${name}`);
      edit(tree, index);
      const { seconds: ours } = await runNx(scratch, ['run', `${project}:build`, '--outputStyle=stream']);
      return { ours, manual: await hand.made() };
    });
    figures[name] = {
      ours: median(results.map(({ ours }) => ours)),
      manual: median(results.map(({ manual }) => manual)),
    };
  }
  const { ours, manual } = figures['one C file'];
  const git = await times(runs, async () => {
    const start = performance.now();
    tree.git('status', '--short');
    return (performance.now() - start) / 1000;
  });
  return {
    bar: 3,
    measured: ours - manual,
    unit: 'seconds more',
    detail: Object.entries(figures)
      .map(([name, figure]) => `${name}: nx ${seconds(figure.ours)}, make ${seconds(figure.manual)}`)
      .join('; '),
    where: `git status takes ${seconds(median(git))} there`,
  };
}
