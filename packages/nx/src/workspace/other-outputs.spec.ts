import { join } from 'node:path';
import { outputDirectory } from '../tasks/output-directory.js';
import { createNodesV2 } from '../plugin/create-nodes.js';
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
  ['what a pattern has all of', { outputs: ['{workspaceRoot}/dist/**/*', 'out/**'] }, ['dist', 'out']],
  ['nothing of a pattern for some files', { outputs: ['{workspaceRoot}/dist/**/*.js'] }, []],
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

it('lets other targets share their outputs, also with one of the same project', () => {
  const lint = { cache: true, command: 'true', outputs: ['{workspaceRoot}/reports/lint'] };
  const declared = project('kernel', 'kernel', KERNEL).targets;
  const projects = {
    kernel: { root: 'kernel', targets: { ...declared, lint } },
    web: { root: 'apps/web', targets: { lint } },
  };
  expect(outputDirectory(makeTask('/nowhere', 'kernel', projects), KERNEL.outputPath)).toMatch(/kernel$/);
});

it('refuses outputs of another target of the same project, above its place or below', () => {
  const declared = project('kernel', 'kernel', KERNEL).targets;
  for (const output of ['dist', 'dist/all/kernel/report']) {
    const targets = { ...declared, report: { cache: true, command: 'true', outputs: [output] } };
    const task = makeTask('/nowhere', 'kernel', { kernel: { root: 'kernel', targets } });
    expect(() => outputDirectory(task, KERNEL.outputPath)).toThrow(/ kernel:report publishes /);
    // A place of this run alone is held against them as well.
    expect(() => outputDirectory(task, `${output}/more`)).toThrow(/ kernel:report publishes /);
  }
});

it('refuses to publish there, and names the other target', () => {
  const projects = {
    kernel: { root: 'kernel', targets: project('kernel', 'kernel', KERNEL).targets },
    web: pack({ outputs: ['{workspaceRoot}/dist/all'] }),
  };
  const task = makeTask('/nowhere', 'kernel', projects);
  expect(() => outputDirectory(task, KERNEL.outputPath)).toThrow(
    /^outputPath of project kernel is dist\/all\/kernel, inside where web:pack publishes \(outputs: dist\/all\): .* correct the outputs of web:pack\.$/,
  );
  expect(
    outputDirectory(
      makeTask('/nowhere', 'kernel', { ...projects, web: pack({ outputs: ['dist/other'] }) }),
      KERNEL.outputPath,
    ),
  ).toBe(join('/nowhere', KERNEL.outputPath));
});
