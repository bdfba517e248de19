import { createHash } from 'node:crypto';
import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { makeFakeWorkspace, type FakeWorkspace } from './fake-workspace.js';
import { nx, REPOSITORY, type NxRun } from './nx-run.js';

/**
 * Artifacts are checked when they are used. Nx restores from its cache without looking at the content, so each test damages the
 * copy that is in the cache, and the command of the message has to mend the copy as well.
 */

jest.setTimeout(600_000);

let workspace: FakeWorkspace;
let runs = 0;

beforeAll(async () => {
  const qemu = join(REPOSITORY, 'packages/qemu/src/testing/fake-qemu.mjs');
  workspace = makeFakeWorkspace(tmpdir(), { qemu });
  // The first run writes the lock, the second one caches under it.
  for (let run = 0; run < 2; run += 1) expect((await boot()).exitCode).toBe(0);
});
afterAll(() => workspace.remove());

const run = (...args: string[]): Promise<NxRun> => nx(['run', ...args], { cwd: workspace.root });

/** Boots the board, which Nx has not cached: each time with other memory. */
function boot(...args: string[]): Promise<NxRun> {
  runs += 1;
  return run('board:test', `--memory=${64 + runs}`, ...args);
}

/** The copies of an artifact in Nx's cache: one for each state of the lock. */
function cached(artifact: string): string[] {
  const cache = join(workspace.root, '.nx/cache');
  return readdirSync(cache)
    .map((entry) => join(cache, entry, artifact))
    .filter((copy) => existsSync(copy));
}
const sha256 = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');

function changeByte(path: string): void {
  const bytes = readFileSync(path);
  bytes[bytes.length >> 1]! ^= 1;
  writeFileSync(path, bytes);
}

function swap(one: string, other: string): void {
  renameSync(one, `${one}.aside`);
  renameSync(other, one);
  renameSync(`${one}.aside`, other);
}

interface Damage {
  what: string;
  /** The artifact whose copy in the cache is damaged. */
  artifact: string;
  damage: (copy: string) => void;
  says: RegExp;
  remedy: string;
}

const KERNEL = 'nx run kernel:build --skip-nx-cache';
const DAMAGES: Damage[] = [
  {
    what: 'a changed byte of the kernel',
    artifact: 'dist/kernel/bzImage',
    damage: changeByte,
    says: /dist\/kernel\/bzImage of project kernel is not the file that was built: its sha256 is [0-9a-f]{64}, but dist\/kernel\/manifest.json says/,
    remedy: KERNEL,
  },
  {
    what: 'a truncated initramfs',
    artifact: 'dist/rootfs/initramfs.cpio.gz',
    damage: (copy) => truncateSync(copy, 100),
    says: /dist\/rootfs\/initramfs\.cpio\.gz of project rootfs is not the file that was built: it has 100 bytes, but .* says \d+/,
    remedy: 'nx run rootfs:build --skip-nx-cache',
  },
  {
    what: 'a deleted kernel',
    artifact: 'dist/kernel/bzImage',
    damage: (copy) => rmSync(copy),
    says: /dist\/kernel\/bzImage of project kernel is missing/,
    remedy: KERNEL,
  },
  {
    what: 'two files that were swapped',
    artifact: 'dist/kernel/bzImage',
    damage: (copy) => swap(copy, join(dirname(copy), 'vmlinux')),
    says: /dist\/kernel\/bzImage of project kernel is not the file that was built: it has \d+ bytes/,
    remedy: KERNEL,
  },
  {
    what: 'a missing manifest',
    artifact: 'dist/kernel/manifest.json',
    damage: (copy) => rmSync(copy),
    says: /dist\/kernel\/bzImage of project kernel cannot be checked: dist\/kernel\/manifest.json is missing/,
    remedy: KERNEL,
  },
  {
    what: 'a manifest that is cut off',
    artifact: 'dist/kernel/manifest.json',
    damage: (copy) => truncateSync(copy, 50),
    says: /dist\/kernel\/manifest.json is not a manifest of Bringup/,
    remedy: KERNEL,
  },
  {
    what: "a changed byte of BusyBox's install tree, which the initramfs is made from",
    artifact: 'dist/busybox/busybox.tar',
    damage: changeByte,
    says: /dist\/busybox\/busybox.tar of project busybox is not the file that was built/,
    remedy: 'nx run busybox:build --skip-nx-cache',
  },
  {
    what: "a changed byte of the kernel's configuration, which its build reads",
    artifact: 'dist/kernel/.config',
    damage: changeByte,
    says: /dist\/kernel\/.config of project kernel is not the file that was built/,
    remedy: 'nx run kernel:config --skip-nx-cache',
  },
];

it.each(DAMAGES)('finds $what, and the command that it names mends the cache', async (damage) => {
  const right = sha256(join(workspace.root, damage.artifact));
  const copies = cached(damage.artifact);
  expect(copies.length).toBeGreaterThan(0);
  copies.forEach(damage.damage);
  // Otherwise Nx may leave what is there, which is right, and not look into its cache.
  const [project] = damage.artifact.split('/').slice(1);
  rmSync(join(workspace.root, 'dist', project!), { recursive: true });

  const failed = await boot();
  expect(failed.exitCode).not.toBe(0);
  expect(failed.output).toMatch(damage.says);
  expect(failed.output).toContain(`. Run: ${damage.remedy}`);
  expect(failed.output).not.toMatch(/^\s+at .+[:)]\d*\)?$/m);

  const mended = await run(...damage.remedy.split(' ').slice(2));
  expect(mended.exitCode).toBe(0);
  expect((await boot()).exitCode).toBe(0);
  // These files came from the cache, which has nothing else under these keys.
  rmSync(join(workspace.root, damage.artifact));
  expect((await run(`${project}:build`)).tasks[`${project}:build`]).toBe('hit');
  expect(sha256(join(workspace.root, damage.artifact))).toBe(right);
});

it('names a command that works when Nx does not notice a deleted file', async () => {
  rmSync(join(workspace.root, 'dist/kernel/bzImage'));
  const failed = await boot('--excludeTaskDependencies');
  expect(failed.exitCode).not.toBe(0);
  expect(failed.output).toContain(`. Run: ${KERNEL}`);
  expect((await run('kernel:build', '--skip-nx-cache')).exitCode).toBe(0);
  expect((await boot('--excludeTaskDependencies')).exitCode).toBe(0);
});
