import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { copyModules, makeBareWorkspace, type FakeWorkspace } from './fake-workspace.js';
import { CLAIMED, claimedBy, generateAndBoot, inWorkspace, userEnvironment } from './generated-boards.js';
import { pathWithout } from './host-programs.js';
import { nx, REPOSITORY, type NxRun } from './nx-run.js';

/** The first kernel of a machine takes minutes; after that ccache has it. */
jest.setTimeout(40 * 60_000);

let workspace: FakeWorkspace;
beforeAll(() => {
  workspace = makeBareWorkspace();
  workspace.write('.prettierrc', '{ "tabWidth": 3, "printWidth": 60 }\n');
});
afterAll(() => workspace.remove());

const generate = (...args: string[]) =>
  inWorkspace(workspace, ['g', `@bringup/nx:${args[0]}`, ...args.slice(1)]);
const refused = (...args: string[]) =>
  inWorkspace(workspace, ['g', `@bringup/nx:${args[0]}`, ...args.slice(1)], 1);
/** The workspace's entries, without those of Nx and npm. */
const entries = () =>
  readdirSync(workspace.root).filter((name) => !/^(node_modules|\.nx|\.prettierrc|home)$/.test(name));
/** The tasks that did something. */
const ran = ({ tasks }: NxRun) =>
  Object.entries(tasks)
    .filter(([, fate]) => fate === 'ran')
    .map(([task]) => task)
    .sort();

/** One row of those that the tests' host has compilers for; another seed takes another. */
function sample(rows: readonly (typeof CLAIMED)[number][], seed = Number(process.env.BRINGUP_SEED ?? 7)) {
  return rows[(seed * 2654435761) % rows.length]!;
}

it('claims what the guide claims', () => {
  expect(claimedBy('docs/guides/first-board.md').sort()).toEqual(CLAIMED.map((row) => row.join(' ')).sort());
});

describe('in a workspace that does not know the plugin yet', () => {
  it('a dry run says what it would write, and writes nothing', async () => {
    const { output } = await generate('board', 'first', '--arch=arm64', '--dry-run');
    expect(output).toMatch(/CREATE .*boards\/first\/project\.json/);
    expect(output).not.toMatch(/Boot it/);
    expect(entries()).toEqual(['nx.json', 'package.json']);
    expect(workspace.read('nx.json')).toBe('{}\n');
  });

  it.each([
    [
      ['board', 'b', '--arch=arm64', '--boot=bios'],
      /virt of arm64 does not boot by bios. It boots by: kernel/,
    ],
    [['board', 'b', '--arch=arm', '--machine=versatilepb', '--boot=uefi'], /"versatilepb"/],
    [
      ['board', 'b', '--arch=arm46'],
      /arch: "arm46" is none of arm64, x86_64, riscv64, arm, .*\. Did you mean arm64\?/,
    ],
    [['board', 'a:b', '--arch=arm64'], /"a:b" is not a valid project name/],
    [
      ['board', 'b', '--arch=arm64', '--frgments=x'],
      /frgments is not an option of @bringup\/nx:board. Did you mean fragments/,
    ],
    [['board', 'b'], /Required property 'arch' is missing/],
    [['kernel', 'k', '--arch=arm64', '--source=https://x/linux.tar.xz'], /a tarball needs its checksum/],
  ])('%j is refused, and nothing is written', async (args, says) => {
    const { output } = await refused(...args);
    expect(output).toMatch(says);
    expect(output).not.toMatch(/\n\s+at /);
    expect(entries()).toEqual(['nx.json', 'package.json']);
    expect(workspace.read('nx.json')).toBe('{}\n');
  });
});

it('generates a board that boots, by a boot path of the sample', async () => {
  const row = sample(CLAIMED.filter(([arch, machine]) => arch === 'arm64' && machine === 'virt'));
  const { output } = await generateAndBoot(workspace, row);
  expect(output).toMatch(/uname -m/);
  expect(existsSync(join(workspace.root, 'bringup.lock'))).toBe(true);
});

describe('after a first board', () => {
  beforeAll(async () => {
    await generate('board', 'one', '--arch=arm64');
    await inWorkspace(workspace, ['run', 'one:test']);
  });

  it('a second one of the same architecture shares every artifact', async () => {
    await generate('board', 'two', '--arch=arm64');
    expect(ran(await inWorkspace(workspace, ['run', 'two:test']))).toEqual(['two:test']);
  });

  it('one with a fragment has a kernel of its own, and nothing else is built', async () => {
    workspace.write('suffix.config', 'CONFIG_LOCALVERSION="-three"\n');
    await generate('board', 'three', '--arch=arm64', '--fragments=suffix.config');
    const run = await inWorkspace(workspace, ['run', 'three:test']);
    expect(ran(run)).toEqual(['kernel-three:build', 'kernel-three:config', 'three:test']);
  });

  it('the same again changes nothing, and another one of the name is an error', async () => {
    const { output } = await generate('board', 'one', '--arch=arm64');
    expect(output).not.toMatch(/CREATE|UPDATE/);
    expect((await refused('board', 'one', '--arch=arm')).output).toMatch(/there is a project one already/);
  });

  it('an unknown option of a target is reported with the closest match', async () => {
    const { output } = await inWorkspace(workspace, ['run', 'one:command', '--memry=64'], 1);
    expect(output).toMatch(/memry is not an option of @bringup\/nx:command. Did you mean memory/);
  });

  it('all of it is formatted as the workspace wants it', () => {
    const prettier = join(REPOSITORY, 'node_modules/prettier/bin/prettier.cjs');
    const files = ['boards', 'kernel-arm64', 'kernel-three', 'rootfs-arm64', 'busybox-arm64', 'nx.json'];
    execFileSync(process.execPath, [prettier, '--check', ...files], { cwd: workspace.root, stdio: 'pipe' });
    expect(workspace.read('boards/one/project.json')).toMatch(/^ {3}"name": "one"/m);
  });

  it('doctor tells scripts what is missing', async () => {
    const env = userEnvironment();
    const cwd = workspace.root;
    const args = ['g', '@bringup/nx:doctor', '--json', '--quiet'];
    const json = ({ output }: NxRun) =>
      JSON.parse(output.slice(output.indexOf('{'), output.lastIndexOf('\n}') + 2));
    const whole = await nx(args, { cwd, env });
    expect(whole).toMatchObject({ exitCode: 0 });
    expect(json(whole)).toMatchObject({ missing: [] });
    const PATH = pathWithout(/^(flex|qemu-system-aarch64)$/);
    const lacking = await nx(args, { cwd, env: { ...env, PATH } });
    rmSync(PATH, { recursive: true });
    expect(lacking.exitCode).toBe(1);
    expect(json(lacking)).toMatchObject({
      missing: ['flex', 'qemu-system-aarch64'],
      install: {
        debian: 'apt-get install flex qemu-system-arm',
        fedora: expect.stringMatching(/^dnf install flex /),
      },
    });
  });

  it('a directory without write permission is left unchanged', async () => {
    if (process.getuid?.() !== 0) execFileSync('chmod', ['a-w', workspace.root]);
    copyModules(workspace);
    const data = join(workspace.root, '..', 'home', 'nobody');
    execFileSync('install', ['--directory', '--mode=0777', data]);
    const env = {
      ...userEnvironment(),
      HOME: data,
      NX_WORKSPACE_DATA_DIRECTORY: data,
      NX_CACHE_DIRECTORY: data,
    };
    execFileSync('chmod', ['a+rx', join(workspace.root, '..'), join(workspace.root, '..', 'home')]);
    const before = entries();
    const run = await nx(['g', '@bringup/nx:board', 'four', '--arch=riscv64'], {
      ...{ cwd: workspace.root, env },
      uid: process.getuid?.() === 0 ? 65534 : undefined,
    });
    execFileSync('chmod', ['u+w', workspace.root]);
    expect(run.output).toMatch(/cannot be written: this user may not write to .*Nothing was changed/);
    expect(run.exitCode).toBe(1);
    expect(entries()).toEqual(before);
  });
});
