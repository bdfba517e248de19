import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { AbortedError, runProgram, startProgram, type Argv } from '@bringup/process';
import { itWhere } from '../../../../jest.abilities.js';
import { AS_NOBODY, buildPackages, nodeForNobody } from '../../../../jest.other-user.js';
import type { SourceSpec } from './model.js';
import { ensureSource } from './sources.js';

const root = mkdtempSync(join(tmpdir(), 'bringup-store-spec-'));
const program = join(root, 'ensure-source.js');
const isRoot = process.getuid?.() === 0;

/** The argv that makes a tree available in a process of its own. */
const ensuring = (spec: SourceSpec, home: string, node = process.execPath): Argv => [
  node,
  program,
  JSON.stringify({ spec, home }),
];

/** Zeros pack well, and take some time to unpack after the Makefile. */
let large: SourceSpec & { sha256: string };

beforeAll(async () => {
  chmodSync(root, 0o777);
  buildPackages(root, ['kbuild']);
  copyFileSync(join(__dirname, 'testing', 'ensure-source.js'), program);
  const zeros = (top: string) => {
    writeFileSync(join(top, 'zeros'), '');
    truncateSync(join(top, 'zeros'), 200 << 20);
  };
  large = specOf(await makeTarball('large.tar.gz', zeros, '--sort=name'));
});
afterAll(async () => {
  await runProgram(['chmod', '-R', 'u+w', root]);
  rmSync(root, { recursive: true });
});

function specOf(tarball: string): SourceSpec & { sha256: string } {
  const sha256 = createHash('sha256').update(readFileSync(tarball)).digest('hex');
  return { kind: 'tarball', url: pathToFileURL(tarball).href, sha256 };
}

/** A tarball of `top/`, as `fill` makes that. */
async function makeTarball(name: string, fill: (top: string) => void, ...options: string[]): Promise<string> {
  const work = mkdtempSync(join(root, 'make-'));
  mkdirSync(join(work, 'top'));
  writeFileSync(join(work, 'top/Makefile'), 'all:\n');
  fill(join(work, 'top'));
  await runProgram(['tar', '-C', work, ...options, '--auto-compress', '-cf', join(root, name), 'top']);
  return join(root, name);
}
const newHome = () => mkdtempSync(join(root, 'home-'));
/** The file of a lock stays: if it were removed, a process that waits and a new one could both hold the lock (decision 0016). */
const isNoLock = (name: string) => !name.endsWith('.flock');
const left = (home: string) =>
  ['sources', 'downloads', 'locks'].flatMap((name) => readdirSync(join(home, name))).filter(isNoLock);

it.each(['tar', 'tar.gz', 'tar.xz', 'tar.bz2', 'tar.zst'])('unpacks .%s', async (ending) => {
  const tarball = await makeTarball(`plain.${ending}`, () => undefined);
  const tree = await ensureSource(specOf(tarball), undefined, { home: newHome() });
  expect(readFileSync(join(tree.path, 'Makefile'), 'utf8')).toBe('all:\n');
});

it('names the decompressor that is missing', async () => {
  const tarball = await makeTarball('tool.tar.zst', () => undefined);
  const programs = mkdtempSync(join(root, 'bin-'));
  for (const name of ['tar', 'chmod', 'flock'])
    symlinkSync((await runProgram(['which', name])).stdout.trim(), join(programs, name));
  const path = process.env['PATH'];
  process.env['PATH'] = programs;
  try {
    const failed = ensureSource(specOf(tarball), undefined, { home: newHome() });
    await expect(failed).rejects.toMatchObject({ code: 'TOOL_MISSING', fields: { program: 'zstd' } });
  } finally {
    process.env['PATH'] = path;
  }
});

it.each<[string, (top: string) => void, string[], boolean]>([
  [
    'a link within the tree',
    (top) => symlinkSync('../top/Makefile', join(top, 'ok')),
    ['--transform=s,^top,top/top,'],
    true,
  ],
  ['a dangling link within the tree', (top) => symlinkSync('sub/none', join(top, 'ok')), [], true],
  ['an absolute link', (top) => symlinkSync('/etc/passwd', join(top, 'bad')), [], false],
  ['a link to above', (top) => symlinkSync('../../x', join(top, 'bad')), [], false],
  [
    'a link to above in two steps',
    (top) => {
      mkdirSync(join(top, 'a/b'), { recursive: true });
      symlinkSync('../..', join(top, 'a/b/up'));
      symlinkSync('a/b/up/../x', join(top, 'bad'));
    },
    [],
    false,
  ],
])('%s', async (_, fill, options, good) => {
  const tarball = await makeTarball(`link-${Math.random()}.tar`, fill, ...options);
  const home = newHome();
  const ensured = ensureSource(specOf(tarball), undefined, { home });
  if (good) await ensured;
  else await expect(ensured).rejects.toMatchObject({ code: 'SOURCE_UNSAFE', fields: { name: 'bad' } });
  if (!good) expect(left(home)).toEqual([]);
});

it('refuses devices and pipes', async () => {
  const work = mkdtempSync(join(root, 'make-'));
  await runProgram(['mkfifo', join(work, 'pipe')]);
  await runProgram(['tar', '-C', work, '--transform=s,^,top/,', '-cf', join(root, 'pipe.tar'), 'pipe']);
  await expect(
    ensureSource(specOf(join(root, 'pipe.tar')), undefined, { home: newHome() }),
  ).rejects.toMatchObject({ code: 'SOURCE_UNSAFE' });
});

it.each(['top/../../escaped', '/tmp/bringup-store-spec-escaped'])('does not let %s out', async (name) => {
  writeFileSync(join(root, 'file'), 'x');
  const tarball = join(root, `name-${Math.random()}.tar`);
  await runProgram([
    'tar',
    '-C',
    root,
    '--absolute-names',
    `--transform=s,^file,${name},`,
    '-cf',
    tarball,
    'file',
  ]);
  const home = newHome();
  await ensureSource(specOf(tarball), undefined, { home }).catch(() => undefined);
  expect(
    [join(home, 'escaped'), join(home, 'sources/escaped'), '/tmp/bringup-store-spec-escaped'].filter((path) =>
      existsSync(path),
    ),
  ).toEqual([]);
});

/** Resolves in the middle of unpacking {@link large}. */
async function unpacking(home: string): Promise<void> {
  const trees = join(home, 'sources');
  const isUnpacking = () =>
    existsSync(trees) && readdirSync(trees).some((name) => existsSync(join(trees, name, 'Makefile')));
  while (!isUnpacking()) await sleep(5);
}

it('starts afresh after a SIGKILL in the middle of unpacking', async () => {
  const home = newHome();
  const victim = await startProgram(ensuring(large, home));
  await unpacking(home);
  process.kill(victim.pid, 'SIGKILL');
  await victim.exited;
  expect(existsSync(join(home, 'sources', large.sha256.slice(0, 32)))).toBe(false);
  // As after a power cut, where no reaper was left to remove it.
  const leftover = join(home, 'sources', `.${large.sha256.slice(0, 32)}.0123.unpack`);
  mkdirSync(join(leftover, 'sub'), { recursive: true });
  chmodSync(leftover, 0o555);
  const tree = await ensureSource(large, undefined, { home });
  expect(readdirSync(tree.path).sort()).toEqual(['Makefile', 'zeros']);
  expect(left(home)).toEqual([large.sha256.slice(0, 32)]);
});

it('leaves nothing when stopped in the middle of unpacking', async () => {
  const home = newHome();
  const controller = new AbortController();
  const ensured = ensureSource(large, undefined, { home, signal: controller.signal });
  void unpacking(home).then(() => controller.abort(new AbortedError('SIGINT')));
  await expect(ensured).rejects.toMatchObject({ code: 'ABORTED' });
  expect(left(home)).toEqual([]);
});

it('lets one process wait for another', async () => {
  const command = ensuring(large, newHome());
  const [one, two] = await Promise.all([runProgram(command), runProgram(command)]);
  const lines = `${one.stdout}${two.stdout}`.trim().split('\n');
  expect(lines.filter((line) => line === '{"waiting":true}')).toHaveLength(1);
  expect(new Set(lines.filter((line) => line.startsWith('{"tree"'))).size).toBe(1);
  expect(lines).toHaveLength(3);
});

itWhere('root')(
  'is of use to a user who cannot write it (skipped unless run by root, who can become another user)',
  async () => {
    const home = newHome();
    chmodSync(home, 0o755);
    const spec = specOf(await makeTarball('shared.tar', () => undefined));
    const tree = await ensureSource(spec, undefined, { home });
    const asNobody = async (wanted: SourceSpec) => {
      const argv = [...AS_NOBODY, ...ensuring(wanted, home, nodeForNobody(root))] as const;
      return JSON.parse((await runProgram(argv, { cwd: root })).stdout) as object;
    };
    expect(await asNobody(spec)).toEqual({ tree });
    const other = specOf(await makeTarball('other.tar', (top) => writeFileSync(join(top, 'x'), '')));
    expect(await asNobody(other)).toMatchObject({
      code: 'STORE_NOT_WRITABLE',
      message: expect.stringContaining('BRINGUP_HOME'),
    });
  },
);

it('uses a read-only tree as a plain user too, and cleans up after one', async () => {
  const home = newHome();
  chmodSync(home, 0o777);
  const asUser = (argv: Argv) => runProgram(isRoot ? [...AS_NOBODY, ...argv] : argv, { cwd: root });
  const spec = specOf(await makeTarball('user.tar', () => undefined));
  const leftover = join(home, 'sources', `.${spec.sha256.slice(0, 32)}.0123.unpack`);
  await asUser(['mkdir', '-p', join(leftover, 'sub')]);
  await asUser(['chmod', '-R', 'a-w', leftover]);
  const node = isRoot ? nodeForNobody(root) : process.execPath;
  const { stdout } = await asUser(ensuring(spec, home, node));
  expect(JSON.parse(stdout)).toMatchObject({ tree: { identity: spec.sha256 } });
  expect(left(home)).toEqual([spec.sha256.slice(0, 32)]);
});
