import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { QemuOptions } from '../../../generated/qemu-options.js';
import { makeTask, makeWorkspace, writeManifests } from '../../../testing/workspace.js';
import { bootedFrom } from './booted-from.js';

const declared = (kind: string) => ({
  root: kind,
  targets: { build: { executor: `@bringup/nx:${kind}`, options: { arch: 'x86_64' } } },
});
const PROJECTS = { pc: declared('kernel'), rootfs: declared('initramfs') };
const BOARD: QemuOptions = {
  ...{ arch: 'x86_64', kernel: 'pc', initramfs: 'rootfs', extraArgs: ['-bios', 'fw.bin'] },
  drives: [
    { file: 'data.img', format: 'raw' },
    { file: 'kept.img', format: 'raw', keepWrites: true },
    { file: 'new.img', format: 'raw', create: '1M' },
  ],
};

let root: string;

beforeEach(() => {
  const files = { 'dist/pc/bzImage': 'k', 'dist/rootfs/initramfs.cpio.gz': 'i' };
  root = makeWorkspace({ ...files, 'data.img': 'd', 'kept.img': 'k', 'fw.bin': 'f' });
  writeManifests(root, 'dist/pc', 'dist/rootfs');
});
const look = (options = BOARD) => bootedFrom(makeTask(root, 'board', PROJECTS), options);

function publish(content: string): void {
  writeFileSync(join(root, 'dist/pc/bzImage'), content);
  writeManifests(root, 'dist/pc');
}

it.each<[what: string, edit: () => unknown]>([
  ['another kernel', () => publish('other')],
  ['another drive', () => writeFileSync(join(root, 'data.img'), 'more')],
  ['a file that an argument names', () => utimesSync(join(root, 'fw.bin'), 1, 1)],
])('%s is another boot', async (_what, edit) => {
  const before = await look();
  edit();
  expect(await look()).not.toEqual(before);
});

it.each<[what: string, edit: () => unknown]>([
  ['the same kernel, built again', () => publish('k')],
  ['what a guest wrote', () => writeFileSync(join(root, 'kept.img'), 'written')],
  ['a drive that was made for the first boot', () => writeFileSync(join(root, 'new.img'), 'empty')],
])('%s is the same boot', async (_what, edit) => {
  const before = await look();
  edit();
  expect(await look()).toEqual(before);
});

it('another option is another boot', async () => {
  expect(await look({ ...BOARD, memory: 64 })).not.toEqual(await look());
});

it('an artifact that is not what was built is refused', async () => {
  writeFileSync(join(root, 'dist/pc/bzImage'), 'damaged');
  await expect(look()).rejects.toMatchObject({ code: 'ARTIFACT_DAMAGED' });
});
