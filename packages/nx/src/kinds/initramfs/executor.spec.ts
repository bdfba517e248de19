import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutorContext } from '@nx/devkit';
import type { InitramfsOptions } from '../../generated/initramfs-options.js';
import { makeWorkspace } from '../../testing/workspace.js';
import initramfsExecutor from './executor.js';
import { runTask } from '../../tasks/task.js';

const INIT = { files: [{ path: '/init', from: 'init', mode: '0755' }], init: 'none' as const };

// A CI machine's CI=true would freeze the lock, which these workspaces do not have yet.
process.env.BRINGUP_FROZEN = 'false';

beforeEach(() => jest.spyOn(console, 'error').mockImplementation(() => undefined));
afterEach(() => jest.restoreAllMocks());

const said = () => jest.mocked(console.error).mock.calls.join('\n');

/** Makes an initramfs in a workspace; gives its files, or false when it failed. */
async function run(options: Partial<InitramfsOptions> = {}, root = makeWorkspace({ init: text() })) {
  const context = { root, cwd: root, isVerbose: false, projectName: 'p' } as ExecutorContext;
  const { success } = await runTask(context, (task) =>
    initramfsExecutor(task, { arch: 'x86_64', ...INIT, ...options }),
  );
  const output = join(root, options.outputPath ?? 'dist/p');
  return { success, root, output, files: success ? readdirSync(output).sort() : [] };
}

/** A program that compresses better the harder one tries. */
function text(): string {
  return Array.from({ length: 4000 }, (_, index) => `line ${(index * 7919) % 1009} of ${index % 13}\n`).join(
    '',
  );
}

it.each([
  ['gzip', 'initramfs.cpio.gz', '1f8b'],
  ['zstd', 'initramfs.cpio.zst', '28b52ffd'],
  ['lz4', 'initramfs.cpio.lz4', '02214c18'],
  ['xz', 'initramfs.cpio.xz', 'fd377a58'],
  ['none', 'initramfs.cpio', '30373037'],
] as const)('compression %s', async (compression, name, magic) => {
  const { files, output } = await run({ compression });
  expect(files).toEqual([name, 'manifest.json']);
  expect(readFileSync(join(output, name)).toString('hex')).toMatch(new RegExp(`^${magic}`));
});

it('level changes the size', async () => {
  const size = async (level: number) =>
    statSync(join((await run({ level })).output, 'initramfs.cpio.gz')).size;
  expect(await size(9)).toBeLessThan(await size(1));
});

it('outputPath changes the place', async () => {
  expect((await run({ outputPath: 'out/x' })).files).toEqual(['initramfs.cpio.gz', 'manifest.json']);
});

it('packs once, again after a change, and removes what another compression left', async () => {
  const { root } = await run();
  await run({}, root);
  expect(said()).toContain('up to date, nothing to pack');
  expect((await run({ compression: 'none' }, root)).files).toEqual(['initramfs.cpio', 'manifest.json']);
});

it('refuses a tree that would not boot, and leaves what was there', async () => {
  const { root, output } = await run();
  const before = readFileSync(join(output, 'manifest.json'), 'utf8');
  expect((await run({ files: [] }, root)).success).toBe(false);
  expect(said()).toMatch(/p: this initramfs would not boot:\n {2}\/init: the kernel finds no init/);
  expect(readFileSync(join(output, 'manifest.json'), 'utf8')).toBe(before);
});
