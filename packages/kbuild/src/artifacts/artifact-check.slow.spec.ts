import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findArtifactFault } from './artifact-check.js';
import { publish, publishText } from './manifest.js';

/** Longer than a tick of the kernel's clock: only then is a file remembered. */
const SETTLE_MS = 60;
/** As long as a file's times may stay the same after a change. */
const TICK_MS = 20;

async function published() {
  const base = mkdtempSync(join(tmpdir(), 'bringup-artifact-spec-'));
  const [out, memory] = [join(base, 'dist'), join(base, 'checked')];
  for (const name of ['Image', 'vmlinux']) writeFileSync(join(base, name), `${name.padEnd(8)} as built`);
  const files = { Image: join(base, 'Image'), vmlinux: join(base, 'vmlinux') };
  await publish(out, 'build', 'r', files);
  await publishText(out, 'config', 'c', '.config', 'CONFIG_A=y\n');
  const image = join(out, 'Image');
  const manifest = join(out, 'manifest.json');
  return { out, memory, image, manifest, check: (path = image) => findArtifactFault(path, memory) };
}

it('finds published files intact: artifacts, configuration, manifests', async () => {
  const { out, image, manifest, check } = await published();
  for (const path of [image, join(out, 'vmlinux'), join(out, '.config'), manifest])
    expect(await check(path)).toBeUndefined();
});

type Setting = Awaited<ReturnType<typeof published>>;
const FAULTS: [string, (setting: Setting) => void, object][] = [
  ['a deleted file', ({ image }) => rmSync(image), { kind: 'missing' }],
  ['a truncated file', ({ image }) => truncateSync(image, 5), { kind: 'size', expected: 17, got: 5 }],
  ['a longer file', ({ image }) => appendFileSync(image, 'x'), { kind: 'size', expected: 17, got: 18 }],
  ['an empty file', ({ image }) => truncateSync(image, 0), { kind: 'size', got: 0 }],
  ['a changed byte', ({ image }) => writeFileSync(image, 'Image    aS built'), { kind: 'sha256' }],
  [
    'two files that were swapped',
    ({ out, image }) => {
      renameSync(image, join(out, 'x'));
      renameSync(join(out, 'vmlinux'), image);
      renameSync(join(out, 'x'), join(out, 'vmlinux'));
    },
    { kind: 'sha256' },
  ],
  ['a missing manifest', ({ manifest }) => rmSync(manifest), { kind: 'no-manifest', problem: 'missing' }],
  ...['{ half', 'null', '[]', '{"version":1,"recipe":"r","artifacts":null}', '\0\0'].map(
    (text): [string, (setting: Setting) => void, object] => [
      `a manifest that is ${JSON.stringify(text)}`,
      ({ manifest }) => writeFileSync(manifest, text),
      { kind: 'no-manifest', problem: 'unreadable' },
    ],
  ),
  [
    'a manifest whose names lead out of its directory',
    ({ manifest }) =>
      writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('"vmlinux"', '"../vmlinux"')),
    { kind: 'no-manifest', problem: 'unreadable' },
  ],
  [
    'a file that the manifest does not list',
    ({ manifest }) => writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('"Image"', '"Imago"')),
    { kind: 'unlisted' },
  ],
];

it.each(FAULTS)('finds %s, also after it was intact', async (_what, spoil, fault) => {
  const setting = await published();
  await delay(SETTLE_MS);
  expect(await setting.check()).toBeUndefined();
  expect(readdirSync(setting.memory)).toHaveLength(1);
  spoil(setting);
  expect(await setting.check()).toMatchObject(fault);
  expect(await setting.check()).toMatchObject(fault);
});

it('hashes a file once, and again when its time, its inode or its content is another', async () => {
  const { memory, image, check } = await published();
  await delay(SETTLE_MS);
  const remembered = () => readFileSync(join(memory, readdirSync(memory)[0]!), 'utf8');
  await check();
  const first = remembered();
  const { mtimeMs } = statSync(join(memory, readdirSync(memory)[0]!));
  await check();
  expect(statSync(join(memory, readdirSync(memory)[0]!)).mtimeMs).toBe(mtimeMs);

  // As Nx restores it: the same bytes in a new file.
  const bytes = readFileSync(image);
  rmSync(image);
  writeFileSync(image, bytes);
  await delay(SETTLE_MS);
  expect(await check()).toBeUndefined();
  const second = remembered();
  expect(second).not.toBe(first);

  // A change that puts the old time and size back.
  const { atime, mtime } = statSync(image);
  writeFileSync(image, 'Image    aS built');
  utimesSync(image, atime, mtime);
  expect(await check()).toMatchObject({ kind: 'sha256' });
  expect(remembered()).toBe(second);
});

it('does not remember a file that was written in the same tick', async () => {
  const { memory, image, check } = await published();
  const bytes = readFileSync(image);
  for (;;) {
    rmSync(memory, { recursive: true, force: true });
    writeFileSync(image, bytes);
    const written = statSync(image).ctimeMs;
    expect(await check()).toBeUndefined();
    if (Date.now() - written <= TICK_MS) break; // Else this machine was too slow to look in time.
  }
  expect(existsSync(memory)).toBe(false);
  await delay(SETTLE_MS);
  expect(await check()).toBeUndefined();
  expect(readdirSync(memory)).toHaveLength(1);
});

it('finds a file intact that it cannot remember', async () => {
  const { out, image } = await published();
  await delay(SETTLE_MS);
  expect(await findArtifactFault(image, join(image, 'no-directory'))).toBeUndefined();
  expect(existsSync(join(out, 'no-directory'))).toBe(false);
});

it('waits for a file that another run is restoring', async () => {
  const { image, check } = await published();
  const bytes = readFileSync(image);
  rmSync(image);
  const checking = check();
  writeFileSync(image, bytes.subarray(0, 3));
  await delay(100);
  writeFileSync(image, bytes);
  expect(await checking).toBeUndefined();
});
