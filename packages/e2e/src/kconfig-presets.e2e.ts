import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { configure, crossPrefix, type FragmentReference } from '@bringup/kbuild';
import { makeFakeWorkspace } from './fake-workspace.js';
import { openTree, type RealTree } from './kconfig-trees.js';
import { nx, REPOSITORY } from './nx-run.js';

jest.setTimeout(20 * 60_000);

const PRESETS = join(REPOSITORY, 'workspace-configs/kconfig');
type Json = Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any -- project.json as a test edits it

/** Over which base of which architecture each preset is meant to be laid. */
const MEANT: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'linux-arm64': {
    tinyconfig: ['virt-arm64', 'efi', 'debug', 'virtio', '9p', 'modules', 'container', 'kunit'],
    defconfig: ['qemu-busybox-min', 'container'],
  },
  'linux-x86_64': {
    tinyconfig: ['pc-x86_64', 'mini', 'debug', 'virtio', '9p', 'modules', 'container', 'kunit'],
    defconfig: ['container', 'efi'],
  },
};

/** Kernels that boards.deep.ts builds, of what they name: their compilers are not installed for these tests. */
const DEEP = ['kernel-arm', 'kernel-riscv64'].flatMap((project): string[] => {
  const json: Json = JSON.parse(readFileSync(join(REPOSITORY, 'examples', project, 'project.json'), 'utf8'));
  return json.targets.build.options.fragments
    .filter((path: string) => path.startsWith('workspace-configs/kconfig/'))
    .map((path: string) => basename(path, '.config'));
});

describe.each(Object.keys(MEANT))('presets on %s', (name) => {
  const root = mkdtempSync(join(tmpdir(), 'bringup-presets-'));
  let tree: RealTree;
  beforeAll(async () => {
    tree = await openTree(name);
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  async function configureWith(base: string, preset: string) {
    const { program, arch, source } = tree;
    const out = join(root, base);
    const variables = program.variables(arch);
    const make = { arch, variables, crossCompile: crossPrefix(arch), llvm: false, source, out, jobs: 2 };
    const fragment: FragmentReference = {
      kind: 'file',
      path: join(PRESETS, `${preset}.config`),
      shown: `preset:${preset}`,
    };
    return configure({ program, make, tools: {}, base: { kind: 'goal', goal: base }, fragments: [fragment] });
  }

  it.each(
    Object.entries(MEANT[name]!).flatMap(([base, presets]) =>
      presets.map((preset) => [base, preset] as const),
    ),
  )('%s + %s loses nothing', async (base, preset) => {
    const { text } = await configureWith(base, preset);
    expect(text).toMatch(/^CONFIG_\w+=y$/m);
  });
});

it('has no preset that is not tried', () => {
  const tried = Object.values(MEANT).flatMap((bases) => Object.values(bases).flat());
  const names = readdirSync(PRESETS).map((file) => file.replace(/\.config$/, ''));
  expect(names.sort()).toEqual([...new Set([...tried, ...DEEP])].sort());
});

it('finds a preset by its name from a workspace that installs the plugin', async () => {
  const workspace = makeFakeWorkspace(tmpdir());
  workspace.edit('kernel/project.json', ((json: Json) => {
    json.targets.build.options.fragments = ['preset:mini'];
  }) as never);
  const { exitCode, output } = await nx(['run', 'kernel:config'], { cwd: workspace.root });
  workspace.remove();
  expect(exitCode).not.toBe(0);
  // The fake kernel has no such symbol: it was read, and from where the plugin has it.
  expect(output).toContain('preset:mini:4: CONFIG_64BIT: wanted y, got n');
});
