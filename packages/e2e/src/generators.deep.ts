import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { makeBareWorkspace, type FakeWorkspace } from './fake-workspace.js';
import { CLAIMED, DIRECT, generateAndBoot, inWorkspace } from './generated-boards.js';
import { REPOSITORY } from './nx-run.js';

/** A kernel of each architecture takes minutes, and CI does not install the compilers of all. */
jest.setTimeout(3_600_000);

let workspace: FakeWorkspace;
beforeAll(() => {
  workspace = makeBareWorkspace();
});
afterAll(() => workspace.remove());

// The others are built and booted by architectures.deep.ts.
it.each(CLAIMED.filter(([arch]) => !Object.hasOwn(DIRECT, arch)))(
  'generates a board of %s, %s, that boots by %s',
  async (...board) => {
    await generateAndBoot(workspace, board);
  },
);

it('a board of each row leaves a workspace that is valid and formatted', async () => {
  const all = makeBareWorkspace();
  try {
    all.write('.prettierrc', '{ "tabWidth": 4 }\n');
    for (const [index, [arch, machine, boot]] of CLAIMED.entries()) {
      const options = [`--arch=${arch}`, `--machine=${machine}`, `--boot=${boot}`];
      const own = index % 3 === 0 && boot === 'kernel' ? ['--ownKernel'] : [];
      await inWorkspace(all, ['g', '@bringup/nx:board', `board-${index}`, ...options, ...own]);
    }
    await inWorkspace(all, ['graph', '--file=graph.json']);
    const { nodes, dependencies } = JSON.parse(all.read('graph.json')).graph;
    expect(Object.keys(nodes).filter((name) => name.startsWith('board-'))).toHaveLength(CLAIMED.length);
    for (const edges of Object.values<{ target: string }[]>(dependencies))
      for (const { target } of edges) expect(nodes).toHaveProperty([target]);
    const prettier = join(REPOSITORY, 'node_modules/prettier/bin/prettier.cjs');
    const argv = [prettier, '--check', '**/project.json', 'nx.json'];
    execFileSync(process.execPath, argv, { cwd: all.root, stdio: 'pipe' });
  } finally {
    all.remove();
  }
});
