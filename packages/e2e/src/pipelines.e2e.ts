import { Machine, makeRepository, readPipeline } from './pipelines.js';

/** Runs the pipelines that generator `ci` writes, unchanged: the second machine takes everything from the cache. */
it('a second machine with the cache of a first one builds nothing', async () => {
  const { workspace, base } = await makeRepository();
  try {
    for (const [provider, path] of [
      ['github', '.github/workflows/bringup.yml'],
      ['gitlab', '.gitlab-ci.yml'],
    ] as const) {
      const [first, second] = ['a', 'b'].map((id) => new Machine(workspace, id)) as [Machine, Machine];
      const pipeline = (machine: Machine) =>
        readPipeline(provider, workspace.read(path), machine.checkout, base);
      const cold = first.run(pipeline(first));
      expect({ provider, ...cold, output: cold.exitCode === 0 ? '' : cold.output }).toMatchObject({
        ...{ exitCode: 0, output: '' },
        tasks: { 'kernel:build': 'ran', 'busybox:build': 'ran', 'rootfs:build': 'ran', 'board:test': 'ran' },
      });
      second.takeCache(first, pipeline(first));
      const warm = second.run(pipeline(second));
      const hits = Object.fromEntries(Object.keys(cold.tasks).map((task) => [task, 'hit']));
      expect({ provider, exitCode: warm.exitCode, tasks: warm.tasks }).toEqual({
        ...{ provider, exitCode: 0, tasks: hits },
      });
      expect(warm.output).not.toContain('Unrecognized Cache Artifacts');
      for (const machine of [first, second]) machine.remove();
    }
  } finally {
    workspace.remove();
  }
});
