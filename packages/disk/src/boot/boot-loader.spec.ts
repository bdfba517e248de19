import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FileTree } from '@bringup/rootfs';
import {
  bootLoaderFiles,
  formatBootScript,
  writeDisk,
  writeFileSystem,
  writeIso,
  type BootLoader,
} from '../index.js';
import { file, specDirectory } from '../testing/trees.js';

const place = specDirectory('loader');
const ENTRY = { kernel: '/Image', initrd: '/initramfs.cpio.gz', append: 'console=ttyAMA0 quiet' };

const textOf = async (loader: BootLoader, arch: string, path: string, append = ENTRY.append) => {
  const files = await bootLoaderFiles(loader, arch, { ...ENTRY, append });
  const found = files.find((entry) => entry.path === path);
  if (found?.type !== 'file' || !('data' in found.content)) throw new Error(`no ${path}`);
  return Buffer.from(found.content.data).toString();
};

const run = (program: string, ...args: string[]) =>
  execFileSync(program, args, { encoding: 'utf8', stdio: 'pipe' });

it.each([
  ['extlinux', 'arm64', 'extlinux/extlinux.conf', /^ {2}append console=ttyAMA0 quiet$/m],
  ['syslinux', 'x86_64', 'syslinux.cfg', /^ {2}initrd \/initramfs\.cpio\.gz$/m],
  ['uefi', 'arm64', 'startup.nsh', /^\\Image initrd=\\initramfs\.cpio\.gz console=ttyAMA0 quiet\r\n$/],
  ['uefi', 'x86_64', 'boot/grub/grub.cfg', /^ {2}linux '\/Image' 'console=ttyAMA0' 'quiet'$/m],
] as const)('%s for %s reads %s', async (loader, arch, path, expected) => {
  expect(await textOf(loader, arch, path)).toMatch(expected);
});

const FIT = { fit: '/image.fit', initrd: true, fdt: false, append: 'quiet' };

describe('a boot script', () => {
  it('sets the command line and boots what lies beside it', () => {
    const lines = formatBootScript('arm64', { ...ENTRY, append: 'a="b c" $x' }).split('\n');
    expect(lines[0]).toBe(`setenv bootargs 'a="b c" $x'`);
    expect(lines).toContain('load ${devtype} ${devnum}:${distro_bootpart} ${kernel_addr_r} /Image');
    expect(lines.at(-2)).toBe('booti ${kernel_addr_r} ${ramdisk_addr_r}:${filesize} ${fdt_addr}');
  });

  it.each([
    [FIT, 'bootm ${ramdisk_addr_r}#conf-1 ${ramdisk_addr_r}#conf-1 ${fdt_addr}'],
    [{ ...FIT, initrd: false }, 'bootm ${ramdisk_addr_r}#conf-1 - ${fdt_addr}'],
    [{ ...FIT, fdt: true }, 'bootm ${ramdisk_addr_r}#conf-1'],
    [{ kernel: '/Image', append: '' }, 'booti ${kernel_addr_r} - ${fdt_addr}'],
  ])('boots %j', (entry, expected) => {
    expect(formatBootScript('riscv64', entry).split('\n').at(-2)).toBe(expected);
  });

  it('is an image that dumpimage reads, the same twice', async () => {
    const make = () => bootLoaderFiles('boot-script', 'arm64', FIT);
    const [first, second] = [await make(), await make()];
    expect(second).toEqual(first);
    const [script] = first;
    if (script?.type !== 'file' || !('data' in script.content)) throw new Error('no boot.scr');
    const path = join(place, 'boot.scr');
    writeFileSync(path, script.content.data);
    expect(run('dumpimage', '-l', path)).toMatch(/Image Type: +AArch64 Linux Script \(uncompressed\)/);
  });

  it('is the only thing that boots a FIT', async () => {
    await expect(bootLoaderFiles('extlinux', 'arm64', FIT)).rejects.toMatchObject({ code: 'BAD_LOADER' });
  });
});

it('makes the same GRUB twice, a program of UEFI for x86_64', async () => {
  const grub = async () => Buffer.from(await textOf('uefi', 'x86_64', 'EFI/BOOT/BOOTX64.EFI'));
  const first = await grub();
  expect(first.subarray(0, 2).toString()).toBe('MZ');
  expect((await grub()).equals(first)).toBe(true);
});

it.each([
  ['uefi', 'arm64', 'x=a|b', 'BAD_COMMAND_LINE'],
  ['uefi', 'arm64', 'a"b', 'BAD_COMMAND_LINE'],
  ['uefi', 'x86_64', "it's", 'BAD_COMMAND_LINE'],
  ['uefi', 'x86_64', 'a\nb', 'BAD_COMMAND_LINE'],
  ['extlinux', 'arm64', 'a\nb', 'BAD_COMMAND_LINE'],
  ['boot-script', 'arm64', "it's", 'BAD_COMMAND_LINE'],
  ['boot-script', 'arm64', 'a\\b', 'BAD_COMMAND_LINE'],
  ['boot-script', 'x86_64', 'quiet', 'BAD_LOADER'],
  ['extlinux', 'x86_64', 'quiet', 'BAD_LOADER'],
  ['syslinux', 'arm64', 'quiet', 'BAD_LOADER'],
  ['uefi', 'riscv64', 'quiet', 'BAD_LOADER'],
] as const)('%s for %s refuses %j: %s', async (loader, arch, append, code) => {
  await expect(bootLoaderFiles(loader, arch, { ...ENTRY, append })).rejects.toMatchObject({ code });
});

it.each(['mbr', 'gpt'] as const)('puts boot code before the %s of a disk with syslinux', async (table) => {
  const [fat, disk] = [join(place, `${table}.fat`), join(place, `${table}.img`)];
  const tree = new FileTree().add(file('bzImage', Buffer.alloc(1_000_000, 'k')));
  const options = { size: 'auto', margin: 0, label: 'BOOT', syslinux: true } as const;
  await writeFileSystem('fat', tree, fat, options);
  expect(run('mdir', '-a', '-b', '-i', fat, '::')).toMatch(/ldlinux\.sys/);
  run('/usr/sbin/fsck.fat', '-n', fat);
  const before = readFileSync(fat);
  await writeFileSystem('fat', tree, fat, options);
  expect(readFileSync(fat).equals(before)).toBe(true);
  const partitions = [{ image: fat, type: 'data', bootable: true }] as const;
  await writeDisk(disk, { table, size: 'auto', bootCode: true, partitions });
  const code = readFileSync(`/usr/lib/syslinux/mbr/${table === 'gpt' ? 'gptmbr' : 'mbr'}.bin`);
  const sector = readFileSync(disk).subarray(0, 512);
  expect(sector.subarray(0, Math.min(440, code.length)).equals(code.subarray(0, 440))).toBe(true);
  expect(sector.readUInt16LE(510)).toBe(0xaa55);
  expect(run('/usr/sbin/sfdisk', '--verify', disk)).toContain('No errors detected');
});

describe('writeIso', () => {
  const tree = () =>
    new FileTree()
      .add(file('boot/bzImage', Buffer.alloc(400_000, 'k')))
      .add(file('isolinux/isolinux.cfg', 'default linux\n'))
      .add(file('A long name, in lower case.txt', 'long\n'));

  const makeEsp = async () => {
    const esp = join(place, 'esp.fat');
    const files = await bootLoaderFiles('uefi', 'x86_64', ENTRY);
    const content = files.reduce((all, entry) => all.add(entry), new FileTree());
    await writeFileSystem('fat', content, esp, { size: 'auto', margin: 0.05, label: 'ESP' });
    return esp;
  };

  it('writes what xorriso accepts, bootable by BIOS and UEFI, the same at another time', async () => {
    const esp = await makeEsp();
    const [first, second] = [join(place, 'first.iso'), join(place, 'second.iso')];
    await writeIso(tree(), first, { label: 'BRINGUP', bios: true, esp });
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await writeIso(tree(), second, { label: 'BRINGUP', bios: true, esp });
    expect(readFileSync(second).equals(readFileSync(first))).toBe(true);
    run('xorriso', '-indev', first, '-check_media', '--');
    const report = run(
      'xorriso',
      '-indev',
      first,
      '-report_el_torito',
      'plain',
      '-report_system_area',
      'plain',
    );
    expect(report).toMatch(/El Torito boot img : +1 +BIOS +y +none/);
    expect(report).toMatch(/El Torito boot img : +2 +UEFI +y +none/);
    expect(report).toMatch(/MBR .*isohybrid/);
    expect(run('xorriso', '-osirrox', 'on', '-indev', first, '-find', '/', '-type', 'f')).toContain(
      "'/A long name, in lower case.txt'",
    );
  });

  it('is small where only the BIOS is to boot it', async () => {
    const iso = join(place, 'bios.iso');
    await writeIso(tree(), iso, { label: 'MINI', bios: true });
    run('xorriso', '-indev', iso, '-check_media', '--');
    expect(statSync(iso).size).toBeLessThan(1.2 * 2 ** 20);
  });

  it.each(['', 'lower', 'WITH SPACE', 'X'.repeat(33)])('refuses the label %j', async (label) => {
    await expect(writeIso(tree(), join(place, 'no.iso'), { label, bios: false })).rejects.toMatchObject({
      code: 'BAD_LABEL',
    });
  });
});
