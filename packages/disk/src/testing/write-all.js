// @ts-check
// Writes one image of each kind into a directory; of the built package, so that TMPDIR is this process's own.
const { join } = require('node:path');
const { FileTree } = require('@bringup/rootfs');
const disk = require('../../dist/index.js');

const [place = '', kernel = ''] = process.argv.slice(2);

async function main() {
  const tree = new FileTree();
  const [mode, uid, gid] = [0o644, 0, 0];
  tree.add({ type: 'file', path: 'a', mode, uid, gid, content: { data: Buffer.from('a') } });
  for (const kind of /** @type {const} */ (['ext2', 'ext4', 'fat', 'squashfs']))
    await disk.writeFileSystem(kind, tree, join(place, kind), { size: 'auto', margin: 0.1 });
  await disk.writeIso(tree, join(place, 'iso'), { label: 'A', bios: false });
  await disk.writeUramdisk(kernel, join(place, 'uramdisk'), { arch: 'arm64' });
  await disk.writeBootScript('echo', join(place, 'script'), { arch: 'arm64' });
  await disk.writeFit(join(place, 'fit'), {
    arch: 'arm64',
    kernel,
    loadAddress: 0x40000000,
    entry: 0x40000000,
  });
}

void main();
