import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  convertDisk,
  inspectDisk,
  listPartitions,
  planTable,
  writeDisk,
  writeFileSystem,
  type DiskFormat,
} from '../index.js';
import { fatTree, rootTree, specDirectory } from '../testing/trees.js';

const place = specDirectory('disk');
const MIB = 2 ** 20;
const [boot, root, disk] = ['boot', 'root', 'disk'].map((name) => join(place, name)) as [
  string,
  string,
  string,
];

const run = (program: string, ...args: string[]) =>
  execFileSync(program, args, { encoding: 'utf8', stdio: 'pipe' });

function make(path: string, table: 'gpt' | 'mbr') {
  const name = (text: string) => (table === 'gpt' ? { name: text } : {});
  return writeDisk(path, {
    table,
    size: 'auto',
    partitions: [
      { ...name('EFI system'), type: 'esp', image: boot, bootable: true },
      { ...name('rootfs'), type: 'linux', image: root },
    ],
  });
}

beforeAll(async () => {
  await writeFileSystem('fat', fatTree(), boot, { size: 'auto', margin: 0.1 });
  await writeFileSystem('ext4', rootTree(), root, { size: 64 * MIB, margin: 0 });
  await make(disk, 'gpt');
});

it.each(['gpt', 'mbr'] as const)(
  '%s: sfdisk verifies it, contents are in place, the same bytes',
  async (table) => {
    const [first, second] = [join(place, `${table}.1`), join(place, `${table}.2`)];
    const { partitions } = await make(first, table);
    await make(second, table);
    const bytes = readFileSync(first);
    expect(readFileSync(second).equals(bytes)).toBe(true);
    expect(run('/usr/sbin/sfdisk', '--verify', first)).toContain('No errors detected.');
    const dump = run('/usr/sbin/sfdisk', '--dump', first);
    if (table === 'gpt')
      expect(dump).toMatch(/name="EFI system", attrs="LegacyBIOSBootable"[\s\S]*name="rootfs"/);
    else expect(dump).toMatch(/type=ef, bootable[\s\S]*type=83/);
    const { start, size } = partitions[1]!;
    expect(bytes.subarray(start, start + size).equals(readFileSync(root))).toBe(true);
    expect(statSync(first).blocks * 512).toBeLessThan(16 * MIB);
  },
);

it.each(['raw', 'qcow2', 'qcow2-compressed', 'vmdk', 'vdi'] as DiskFormat[])(
  '%s: to it and back, the same bytes each time',
  async (format) => {
    const [first, second, back] = ['1', '2', 'back'].map((end) => join(place, `${format}.${end}`)) as [
      string,
      string,
      string,
    ];
    await convertDisk({ path: disk, format: 'raw' }, { path: first, format });
    await convertDisk({ path: disk, format: 'raw' }, { path: second, format });
    expect(readFileSync(second).equals(readFileSync(first))).toBe(true);
    expect(await inspectDisk(first, format)).toMatchObject({ virtualSize: statSync(disk).size });
    await convertDisk({ path: first, format }, { path: back, format: 'raw' });
    expect(readFileSync(back).equals(readFileSync(disk))).toBe(true);
  },
);

describe('a source image', () => {
  const image = join(place, 'source.qcow2');
  const target = join(place, 'target.img');
  beforeEach(async () => {
    writeFileSync(target, 'old');
    await convertDisk({ path: disk, format: 'raw' }, { path: image, format: 'qcow2' });
  });
  afterEach(() => expect(readFileSync(target, 'utf8')).toBe('old'));

  const convert = (format?: DiskFormat) =>
    convertDisk({ path: image, format }, { path: target, format: 'raw' });

  it('of another format than said is refused', async () => {
    await expect(convert('vdi')).rejects.toThrow('it is qcow2, not vdi as said');
  });

  it('that was cut off is refused', async () => {
    truncateSync(image, 70_000);
    await expect(convert('qcow2')).rejects.toMatchObject({ code: 'BAD_IMAGE' });
  });

  it('that refers to another file is refused', async () => {
    run('qemu-img', 'create', '-q', '-f', 'qcow2', '-b', '/etc/passwd', '-F', 'raw', image);
    await expect(convert('qcow2')).rejects.toThrow('refers to another file');
  });

  it('with an unknown target format is refused', async () => {
    const wrong = convertDisk({ path: image }, { path: target, format: 'iso' as DiskFormat });
    await expect(wrong).rejects.toMatchObject({ code: 'BAD_FORMAT' });
  });
});

it('on a full disk says so and leaves the old file', () => {
  const target = join(place, 'limited');
  writeFileSync(target, 'old');
  const script = `require(${JSON.stringify(join(__dirname, '../../dist/index.js'))}).convertDisk(
    { path: ${JSON.stringify(disk)}, format: 'raw' }, { path: ${JSON.stringify(target)}, format: 'qcow2' }
  ).then(() => process.exit(3), (error) => { console.log(error.code); process.exit(0); });`;
  expect(run('prlimit', '--fsize=65536', process.execPath, '-e', script)).toBe('TOOL_FAILED\n');
  expect(readFileSync(target, 'utf8')).toBe('old');
});

it.each([
  [
    'overlap',
    'gpt',
    [
      { type: 'linux', size: 2 * MIB },
      { type: 'linux', size: MIB, start: 2 * MIB },
    ],
    'PARTITIONS_OVERLAP',
  ],
  ['start', 'gpt', [{ type: 'linux', size: MIB, start: MIB + 512 }], 'BAD_PARTITION'],
  ['type', 'gpt', [{ type: 'lunix' as 'linux', size: MIB }], 'BAD_PARTITION'],
  ['long name', 'gpt', [{ type: 'linux', size: MIB, name: 'n'.repeat(37) }], 'BAD_PARTITION'],
  ['script in a name', 'gpt', [{ type: 'linux', size: MIB, name: 'a", size="9' }], 'BAD_PARTITION'],
  ['name', 'mbr', [{ type: 'linux', size: MIB, name: 'a' }], 'BAD_PARTITION'],
  ['five', 'mbr', Array.from({ length: 5 }, () => ({ type: 'linux', size: MIB })), 'BAD_PARTITION'],
] as [string, 'gpt' | 'mbr', { type: 'linux'; size: number }[], string][])(
  'refuses %s (%s)',
  (_, table, partitions, code) => {
    expect(() => planTable(table, partitions, 'auto', 'seed')).toThrow(expect.objectContaining({ code }));
  },
);

it('says by how much a disk is too small', () => {
  const plan = () => planTable('gpt', [{ type: 'linux', size: 8 * MIB }], 8 * MIB, 'seed');
  expect(plan).toThrow('2 MiB (2097152 bytes) more');
});

it.each(['raw', 'qcow2', 'vmdk'] as DiskFormat[])('lists the partitions of %s', async (format) => {
  const image = join(place, `list.${format}`);
  await convertDisk({ path: disk }, { path: image, format });
  expect(await listPartitions(image, format)).toEqual([
    {
      number: 1,
      start: MIB,
      size: statSync(boot).size,
      type: expect.stringMatching(/^C12A7328-/),
      name: 'EFI system',
    },
    {
      number: 2,
      start: expect.any(Number),
      size: 64 * MIB,
      type: expect.stringMatching(/^0FC63DAF-/),
      name: 'rootfs',
    },
  ]);
});

it('says that a disk has no partition table', async () => {
  const image = join(place, 'blank');
  writeFileSync(image, Buffer.alloc(MIB));
  await expect(listPartitions(image)).rejects.toMatchObject({ code: 'NO_PARTITION_TABLE' });
});
