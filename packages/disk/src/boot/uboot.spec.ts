import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatExtlinux, writeBootScript, writeUramdisk } from '../index.js';
import { specDirectory } from '../testing/trees.js';

const place = specDirectory('uboot');
const list = (path: string) => execFileSync('dumpimage', ['-l', path], { encoding: 'utf8' });

it('writes a uRamdisk that dumpimage reads, the same bytes at another time', async () => {
  const [data, first, second] = ['a:b.cpio.gz', '1', '2'].map((name) => join(place, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(data, 'archive');
  await writeUramdisk(data, first, { arch: 'arm64' });
  await new Promise((resolve) => setTimeout(resolve, 1100)); // The header counts seconds.
  await writeUramdisk(data, second, { arch: 'arm64' });
  expect(readFileSync(second).equals(readFileSync(first))).toBe(true);
  expect(list(first)).toMatch(/AArch64 Linux RAMDisk Image \(uncompressed\)\nData Size: +7 Bytes/);
  expect(readFileSync(first).subarray(64).toString()).toBe('archive');
});

it('writes a boot script', async () => {
  const script = join(place, 'boot.scr');
  await writeBootScript('echo booting', script, { arch: 'riscv64' });
  expect(list(script)).toContain('RISC-V Linux Script');
  expect(readFileSync(script, 'latin1')).toContain('echo booting\n');
});

it('names the package of a missing mkimage, and unknown arches', async () => {
  const data = join(place, 'data');
  writeFileSync(data, 'x');
  const arch = writeUramdisk(data, join(place, 'never'), { arch: 'vax' as 'arm' });
  await expect(arch).rejects.toThrow('one of arm64, arm, riscv64, x86_64');
  const tool = writeUramdisk(data, join(place, 'never'), { arch: 'arm', mkimage: '/no/such/mkimage' });
  await expect(tool).rejects.toMatchObject({ code: 'TOOL_MISSING' });
});

it('writes extlinux.conf, and refuses a second line in a value', () => {
  const options = { kernel: '/Image', initrd: '/initramfs.cpio.gz', append: 'console=ttyAMA0 quiet' };
  expect(formatExtlinux(options)).toBe(
    'default linux\ntimeout 1\nlabel linux\n  kernel /Image\n  initrd /initramfs.cpio.gz\n  append console=ttyAMA0 quiet\n',
  );
  expect(() => formatExtlinux({ ...options, append: 'a\nlabel evil' })).toThrow('it has to be one line');
});
