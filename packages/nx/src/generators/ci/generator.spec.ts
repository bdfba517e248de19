import { parse } from 'yaml';
import { virtualWorkspace, type VirtualWorkspace } from '../../testing/virtual-workspace.js';

let workspace: VirtualWorkspace;
beforeEach(async () => {
  workspace = virtualWorkspace();
  await workspace.generate('board', { name: 'b', arch: 'arm64' });
  await workspace.generate('board', { name: 'p', arch: 'x86_64', boot: 'iso' });
});

const generated = async (provider: string, path: string, options: object = {}) => {
  await workspace.generate('ci', { provider, ...options });
  return parse(workspace.files()[path]!);
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
  ).toEqual([...['.nx/cache', '.nx/workspace-data/*.db*', '.cache/bringup', '.cache/ccache']]);
  const uses = steps.flatMap((step) => step.uses ?? []);
  expect(uses.filter((action) => !/@[0-9a-f]{40}$/.test(action))).toEqual([]);
  expect(uses).toHaveLength(4);
  const cache = steps.find((step) => step.uses?.startsWith('actions/cache@'))!.with!;
  expect(cache.key).toContain('${{ github.event_name }}-${{ github.ref_name }}');
  expect(cache['restore-keys']!.trim().split('\n')[1]).toBe('bringup-push-trunk-');
  expect(steps.at(-1)!.run).toBe('npx nx affected --targets=build,test --outputStyle=static');
  expect(steps[0]!.run).toMatch(
    /apt-get install --yes --no-install-recommends .*\bqemu-system-arm\b.*\bxorriso\b/,
  );
});

it('writes a pipeline of GitLab', async () => {
  const { affected } = (await generated('gitlab', '.gitlab-ci.yml')) as {
    affected: {
      rules: { variables: { CACHE_OF: string } }[];
      script: string[];
      before_script: string[];
      cache: { paths: string[]; fallback_keys: string[] };
    };
  };
  expect(affected.cache).toMatchObject({
    paths: ['.nx/cache', '.nx/workspace-data/*.db*', '.cache/bringup', '.cache/ccache'],
    key: 'bringup-$CACHE_OF',
    fallback_keys: ['bringup-branch'],
  });
  const caches = affected.rules.map(({ variables }) => variables.CACHE_OF);
  expect(caches).toEqual(['merge-request-$CI_MERGE_REQUEST_IID', 'branch']);
  const [request, branch] = affected.script.at(-1)!.split('else');
  expect(request).toContain(
    'npx nx affected --base="$CI_MERGE_REQUEST_DIFF_BASE_SHA" --head="$CI_COMMIT_SHA"',
  );
  // A failed pipeline leaves changes that the next push does not affect.
  expect(branch).toContain('npx nx run-many --targets=build,test');
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
