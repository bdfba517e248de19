import { load } from 'js-yaml';
import { virtualWorkspace, type VirtualWorkspace } from '../../testing/virtual-workspace.js';

let workspace: VirtualWorkspace;
beforeEach(async () => {
  workspace = virtualWorkspace();
  await workspace.generate('board', { name: 'b', arch: 'arm64' });
  await workspace.generate('board', { name: 'p', arch: 'x86_64', boot: 'iso' });
});

const generated = async (provider: string, path: string, options: object = {}) => {
  await workspace.generate('ci', { provider, ...options });
  return load(workspace.files()[path]!);
};

it('writes a workflow of GitHub Actions', async () => {
  const workflow = (await generated('github', '.github/workflows/bringup.yml', { branch: 'trunk' })) as {
    on: object;
    env: Record<string, string>;
    jobs: { affected: { steps: { run?: string; uses?: string; with?: Record<string, string> }[] } };
  };
  const { steps } = workflow.jobs.affected;
  expect(workflow.on).toMatchObject({ push: { branches: ['trunk'] } });
  expect(workflow.env.BRINGUP_HOME).toMatch(/\.cache\/bringup$/);
  expect(
    steps
      .find(({ uses }) => uses?.startsWith('actions/cache@'))!
      .with!.path!.trim()
      .split('\n'),
  ).toEqual([...['.nx/cache', '.cache/bringup', '.cache/ccache']]);
  expect(steps.at(-1)!.run).toBe('npx nx affected --targets=build,test --outputStyle=static');
  expect(steps[0]!.run).toMatch(
    /apt-get install --yes --no-install-recommends .*\bqemu-system-arm\b.*\bxorriso\b/,
  );
});

it('writes a pipeline of GitLab', async () => {
  const { affected } = (await generated('gitlab', '.gitlab-ci.yml')) as {
    affected: {
      script: string[];
      before_script: string[];
      cache: { paths: string[]; fallback_keys: string[] };
    };
  };
  expect(affected.cache).toMatchObject({
    paths: ['.nx/cache/', '.cache/bringup/', '.cache/ccache/'],
    fallback_keys: ['bringup-main'],
  });
  expect(affected.script.at(-1)).toMatch(/^npx nx affected --base="\$NX_BASE"/);
  expect(affected.before_script.join('\n')).toMatch(/\bgcc-aarch64-linux-gnu\b/);
});

it('does not write over another pipeline, and nothing when it runs again', async () => {
  await workspace.generate('ci', { provider: 'github' });
  const before = workspace.files();
  await workspace.generate('ci', { provider: 'github' });
  expect(workspace.files()).toEqual(before);
  workspace.tree.write('.gitlab-ci.yml', 'mine: {}\n');
  await expect(workspace.generate('ci', { provider: 'gitlab' })).rejects.toMatchObject({
    code: 'FILE_EXISTS',
  });
  await expect(async () =>
    workspace.generate('ci', { provider: 'github', branch: "a'b" }),
  ).rejects.toMatchObject({
    code: 'BAD_BRANCH',
  });
});
