import { join } from 'node:path';
import { outputDirectory } from '../execution/output-directory.js';
import { createNodesV2 } from '../graph/create-nodes.js';
import { makeTask, makeWorkspace, project } from '../testing/workspace.js';
import { otherOutputs } from './other-outputs.js';

const pack = (target: object) => ({
  root: 'apps/web',
  targets: { pack: { command: 'true', cache: true, ...target } },
});

it.each<[string, object, string[]]>([
  ['a directory', { outputs: ['{workspaceRoot}/dist/all'] }, ['dist/all']],
  [
    'one below the project',
    { outputs: ['{projectRoot}/out', 'dist/{projectName}'] },
    ['apps/web/out', 'dist/web'],
  ],
  ['what a pattern begins with', { outputs: ['{workspaceRoot}/dist/**/*.js'] }, ['dist']],
  ['nothing of an option', { outputs: ['{options.outputPath}'] }, []],
  ['nothing that is left out', { outputs: ['!{workspaceRoot}/dist/x'] }, []],
  ['nothing of the whole workspace', { outputs: ['{workspaceRoot}', '{workspaceRoot}/**/*.js'] }, []],
  ['nothing of a target that is not cached', { cache: false, outputs: ['dist/all'] }, []],
  ['nothing of a target of Bringup', { executor: '@bringup/nx:kernel', outputs: ['dist/all'] }, []],
  ['nothing where outputs are none', { outputs: 'dist' }, []],
])("another plugin's outputs: %s", (_what, target, places) =>
  expect(otherOutputs({ name: 'web', ...pack(target) }).map(({ path }) => path)).toEqual(places),
);

const KERNEL = { arch: 'x86_64', outputPath: 'dist/all/kernel' };

it.each([
  ['on the target', {}, pack({ outputs: ['{workspaceRoot}/dist/all'] })],
  [
    'in the defaults of nx.json',
    { pack: { cache: true, outputs: ['{workspaceRoot}/dist/all'] } },
    { root: 'apps/web', targets: { pack: { command: 'true' } } },
  ],
])(
  'Nx would delete artifacts with the outputs of another target: written %s',
  async (_where, targetDefaults, web) => {
    const files = {
      'kernel/project.json': project('kernel', 'kernel', KERNEL),
      'apps/web/project.json': { name: 'web', targets: web.targets },
    };
    const workspaceRoot = makeWorkspace(files);
    const context = { workspaceRoot, nxJsonConfiguration: { targetDefaults } };
    const results = await createNodesV2[1](Object.keys(files), undefined, context as never);
    const { projects } = Object.assign({}, ...results.map(([, result]) => result)) as {
      projects: Record<string, { targets: Record<string, { cache?: boolean; outputs?: string[] }> }>;
    };
    expect(projects['kernel']!.targets['build']).toMatchObject({ cache: false, outputs: [] });
  },
);

it('refuses to publish there, and names the other target', () => {
  const projects = {
    kernel: { root: 'kernel', targets: project('kernel', 'kernel', KERNEL).targets },
    web: pack({ outputs: ['{workspaceRoot}/dist/all'] }),
  };
  const task = makeTask('/nowhere', 'kernel', projects);
  expect(() => outputDirectory(task, KERNEL.outputPath)).toThrow(
    /^outputPath of project kernel is dist\/all\/kernel, inside where web publishes \(dist\/all\), by its outputs \(target pack\): /,
  );
  expect(
    outputDirectory(
      makeTask('/nowhere', 'kernel', { ...projects, web: pack({ outputs: ['dist/other'] }) }),
      KERNEL.outputPath,
    ),
  ).toBe(join('/nowhere', KERNEL.outputPath));
});
