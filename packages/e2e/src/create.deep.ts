import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { REPOSITORY } from './nx-run.js';
import { becomeUser, type User } from './user.js';

/** The package managers, and both ends of the range of Nx that @bringup/nx states, over what create.e2e.ts tries. */

/** The oldest Nx, and the oldest create-nx-workspace of the registry that is in the range. */
const OLDEST = '22.7.0';
const OLDEST_MADE = '22.7.1';
/** The one that create-nx-workspace makes today, and the newest, which has no create-nx-workspace yet. */
const ORDINARY = '23.2.1';
const NEWEST = '24.0.6';

let user: User;
let pnpm: Record<string, string>;
beforeAll(async () => {
  user = await becomeUser();
  const tools = join(user.directory, 'tools');
  await user.run(user.directory, ['npm', 'install', `--prefix=${tools}`, 'pnpm@10']);
  pnpm = { PATH: `${join(tools, 'node_modules/.bin')}:${process.env.PATH}` };
});
afterAll(async () => await user.leave());

it('states the range that is tried', () => {
  const manifest = readFileSync(join(REPOSITORY, 'packages/nx/package.json'), 'utf8');
  const { nx } = (JSON.parse(manifest) as { peerDependencies: { nx: string } }).peerDependencies;
  const [, first, end] = /^>=([\d.]+) <(\d+)$/.exec(nx)!;
  expect(OLDEST).toBe(`${first}.0`);
  expect(NEWEST).toMatch(new RegExp(`^${Number(end) - 1}\\.`));
});

/** The commands of the guide's second part, in a workspace that is there. */
async function addBringup(root: string, nx: readonly string[], environment: Record<string, string> = {}) {
  await user.run(root, [...nx, 'add', '@bringup/nx'], environment);
  await user.run(root, [...nx, 'g', '@bringup/nx:board', 'virt-arm64', '--arch=arm64'], environment);
  const line = [...nx, 'run', 'virt-arm64:run'].join(' ');
  const seen = await user.boot(root, line, ['uname -m', 'poweroff -f'], environment);
  expect(seen).toMatch(/^aarch64\r?$/m);
}

it.each([
  ['npm', OLDEST_MADE],
  ['npm', ORDINARY],
  ['pnpm', OLDEST_MADE],
  ['pnpm', ORDINARY],
])('nx add by %s in a workspace of create-nx-workspace %s', async (manager, version) => {
  const name = `${manager}-${version.split('.')[0]}`;
  const environment = manager === 'pnpm' ? pnpm : {};
  const options = [
    '--preset=apps',
    '--nxCloud=skip',
    '--no-interactive',
    `--packageManager=${manager}`,
    '--skipGit',
  ];
  await user.run(user.directory, ['npx', `create-nx-workspace@${version}`, name, ...options], environment);
  const nx = manager === 'pnpm' ? ['pnpm', 'exec', 'nx'] : ['npx', 'nx'];
  await addBringup(join(user.directory, name), nx, environment);
});

it.each([OLDEST, NEWEST])('nx add in a workspace that has only Nx %s', async (version) => {
  // The user's own: made by their own programs.
  const name = `only-${version}`;
  await user.run(user.directory, ['mkdir', name]);
  const root = join(user.directory, name);
  await user.run(root, [
    'sh',
    '-c',
    `echo '{}' > nx.json; npm init --yes; npm install --save-dev nx@${version}`,
  ]);
  await addBringup(root, ['npx', 'nx']);
});

it('nx add in a workspace whose Nx npm chose, beside the devkit that comes with the plugin', async () => {
  await user.run(user.directory, ['mkdir', 'unpinned']);
  const root = join(user.directory, 'unpinned');
  const install = `echo '{}' > nx.json; npm init --yes; npm install --save-dev @bringup/nx`;
  await user.run(root, ['sh', '-c', install]);
  const versionOf = (name: string) =>
    (
      JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8')) as {
        version: string;
      }
    ).version;
  expect(versionOf('nx').split('.')[0]).toBe(NEWEST.split('.')[0]);
  expect(versionOf('@nx/devkit')).toMatch(/^23\./);
  await addBringup(root, ['npx', 'nx']);
});

it('nx migrate runs what migrations.json lists', async () => {
  await user.run(user.directory, ['mkdir', 'migrated']);
  const root = join(user.directory, 'migrated');
  const kernel = {
    name: 'k',
    targets: { build: { executor: '@bringup/nx:kernel', options: { arch: 'arm64' } } },
  };
  const { version } = JSON.parse(readFileSync(join(REPOSITORY, 'packages/nx/package.json'), 'utf8')) as {
    version: string;
  };
  const migration = {
    package: '@bringup/nx',
    name: 'ignore-entries',
    version,
    description: 'as nx migrate writes it',
  };
  const files = {
    'nx.json': { plugins: ['@bringup/nx'] },
    'k/project.json': kernel,
    'migrations.json': { migrations: [migration] },
  };
  await user.run(root, ['mkdir', 'k']);
  for (const [path, content] of Object.entries(files))
    await user.run(root, ['sh', '-c', 'printf %s "$1" > "$0"', path, JSON.stringify(content)]);
  await user.run(root, ['sh', '-c', `npm init --yes; npm install --save-dev nx@${ORDINARY} @bringup/nx`]);
  // Its own program: the newest one would be fetched, whose provenance this registry does not have.
  await user.run(root, ['npx', 'nx', 'migrate', '--run-migrations'], { NX_USE_LOCAL: 'true' });
  expect(readFileSync(join(root, '.gitignore'), 'utf8')).toContain('.bringup\n');
  expect(readFileSync(join(root, '.nxignore'), 'utf8')).toBe('.bringup\n');
});

it('pnpm create, and the command that it prints', async () => {
  const argv = ['pnpm', 'create', 'bringup@latest', 'by-pnpm', '--board=lab'];
  const output = await user.run(user.directory, argv, pnpm);
  const line = /^ {2}(\S.*)$/m.exec(output)![1]!;
  expect(line).toBe('cd by-pnpm && pnpm nx run lab:run');
  const seen = await user.boot(user.directory, line, ['uname -m', 'poweroff -f'], pnpm);
  expect(seen).toMatch(/^aarch64\r?$/m);
});

const MAIN = [process.execPath, join(REPOSITORY, 'packages/create-bringup/dist/main.js')];

it('leaves nothing when the board cannot be made', async () => {
  const failed = user.run(user.directory, [...MAIN, 'broken', '--board=kernel-arm64']);
  await expect(failed).rejects.toThrow(/kernel-arm64[^]*\[TOOL_FAILED\]/);
  expect(existsSync(join(user.directory, 'broken'))).toBe(false);
});

it('leaves nothing when it is killed', async () => {
  const killed = user.run(user.directory, [...MAIN, 'killed'], {}, /Adding @bringup/);
  await expect(killed).rejects.toThrow(/ended with null/);
  const end = Date.now() + 60_000;
  while (existsSync(join(user.directory, 'killed')) && Date.now() < end) await sleep(200);
  expect(existsSync(join(user.directory, 'killed'))).toBe(false);
});
