import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lintTree } from '../lint/lint.js';
import { writeModule, type SpecModule } from '../testing/modules.js';
import { device, file, specDirectory, treeOf } from '../testing/trees.js';
import { readModinfo } from './modinfo.js';
import { readKernelModules, readModuleFile, selectModules } from './select.js';
import { formatBusyboxIndex, parameterFiles } from './settings.js';

const directory = specDirectory('modules');
const made = (module: SpecModule) =>
  readFileSync(writeModule(join(directory, `${module.name}-${count++}.ko`), module));
let count = 0;
const info = (bytes: Buffer, path = 'x.ko') =>
  readModinfo((offset, length) => bytes.subarray(offset, offset + length), path);

describe('what a module says of itself', () => {
  const module: SpecModule = {
    name: 'net-x',
    vermagic: '6.1.0-own SMP preempt mod_unload aarch64',
    depends: ['a', 'b-c'],
    fields: [
      'alias=pci:v1d2*',
      'alias=net-pf-1',
      'softdep=pre: crc32-c other post: later',
      'parmtype=who:charp',
      'parm=who:whom to greet',
      'parmtype=n:int',
    ],
  };

  it.each([[{}], [{ flags: ['-m32'] }], [{ compiler: 'aarch64-linux-gnu-gcc', flags: ['-mbig-endian'] }]])(
    'is read from ELF files of either class and byte order (gcc %p)',
    (how) => {
      expect(info(made({ ...module, ...how }))).toEqual({
        name: 'net_x',
        release: '6.1.0-own',
        vermagic: '6.1.0-own SMP preempt mod_unload aarch64',
        depends: ['a', 'b_c'],
        softDepends: ['crc32_c', 'other'],
        aliases: ['pci:v1d2*', 'net-pf-1'],
        parameters: ['who', 'n'],
      });
    },
  );

  it('is undefined for a file that is not a module, or is damaged', () => {
    const whole = made(module);
    expect(info(Buffer.from('#!/bin/sh\n'))).toBeUndefined();
    expect(info(Buffer.alloc(0))).toBeUndefined();
    for (let length = 0; length < whole.length; length += 61)
      expect(info(whole.subarray(0, length))).toBeUndefined();
    const hostile = Buffer.from(whole);
    hostile.fill(0xff, 40, 64);
    expect(info(hostile)).toBeUndefined();
  });
});

describe('the modules of a kernel', () => {
  const place = 'lib/modules/6.1.0';
  const tree = () =>
    treeOf(
      file(`${place}/modules.builtin`, 'kernel/fs/ext4/ext4.ko\nkernel/lib/crc-16.ko\n'),
      file(`${place}/modules.order`, ''),
      file(`${place}/kernel/net/9p/9pnet.ko`, made({ name: '9pnet' })),
      file(`${place}/kernel/net/9p/9pnet_virtio.ko`, made({ name: '9pnet_virtio', depends: ['9pnet'] })),
      file(
        `${place}/kernel/fs/9p/9p.ko`,
        made({ name: '9p', depends: ['9pnet', 'crc_16'], fields: ['softdep=pre: 9pnet_virtio nosuch'] }),
      ),
      file(`${place}/kernel/x.ko`, made({ name: 'x', depends: ['missing'] })),
    );
  const select = (...names: string[]) =>
    selectModules(readKernelModules(tree(), 'kernel'), names).map((module) => module.path);

  it('are selected with their dependencies, which come first, once, and without built-ins', () => {
    expect(select('9p', '9pnet')).toEqual([
      'kernel/net/9p/9pnet.ko',
      'kernel/net/9p/9pnet_virtio.ko',
      'kernel/fs/9p/9p.ko',
    ]);
    expect(select('9pnet_virtio')).toEqual(['kernel/net/9p/9pnet.ko', 'kernel/net/9p/9pnet_virtio.ko']);
  });

  it('are read with the lists beside them', () => {
    const { release, builtIn, lists } = readKernelModules(tree(), 'kernel');
    expect(release).toBe('6.1.0');
    expect([...builtIn]).toEqual(['ext4', 'crc_16']);
    expect(lists.map(({ name }) => name)).toEqual(['modules.builtin', 'modules.order']);
  });

  it('lack what one of them needs', () => {
    expect(() => select('x')).toThrow('x needs the module missing, which kernel does not have');
  });

  it('are those of one kernel', () => {
    const other = tree().add(file('lib/modules/6.2.0/kernel/y.ko', made({ name: 'y' })));
    expect(() => readKernelModules(other, 'kernel')).toThrow('not those of one kernel');
  });

  it('are refused when a file is none', () => {
    expect(() => readModuleFile('a.ko', { data: Buffer.from('text') })).toThrow(
      'a.ko is not a kernel module',
    );
  });

  it('have an index for the small modprobe of BusyBox, in its own format', () => {
    const { modules } = readKernelModules(tree(), 'kernel');
    const chosen = ['9pnet', '9p'].map((name) => modules.get(name)!);
    expect(formatBusyboxIndex(chosen)).toBe('kernel/net/9p/9pnet.ko\n\nkernel/fs/9p/9p.ko\n9pnet\n\n');
  });
});

describe('parameters', () => {
  const texts = (parameters: Parameters<typeof parameterFiles>[1]) =>
    parameterFiles('hello', parameters).map((entry) => [
      entry.path,
      entry.type === 'file' && 'data' in entry.content ? Buffer.from(entry.content.data).toString() : '',
    ]);

  it('are written where each modprobe looks', () => {
    expect(texts({ who: 'two words', n: 3, on: true, off: false, empty: '' })).toEqual([
      ['etc/modprobe.d/hello.conf', 'options hello who="two words" n=3 on=1 off=0 empty=""\n'],
      ['etc/modules/hello', 'who="two words" n=3 on=1 off=0 empty=""\n'],
    ]);
    expect(texts({})).toEqual([]);
  });

  it.each(['a"b', 'a\\b', 'a\nb', 'a#b'])('do not hold %j', (value) => {
    expect(() => texts({ who: value })).toThrow('no modprobe hands on');
  });
});

it('finds modules of another kernel in a tree', async () => {
  const tree = treeOf(
    device('dev/console', 5, 1),
    file('init', '#!/bin/sh\n', 0o755),
    file('bin/sh', '', 0o755),
    file('lib/modules/6.1.0/a.ko', made({ name: 'a' })),
    file('usr/lib/modules/6.1.0/b.ko', made({ name: 'b', vermagic: '5.10.0 SMP' })),
  );
  const problems = await lintTree(tree, { init: 'init' });
  expect(problems.map(({ code, path }) => [code, path])).toEqual([
    ['MODULE_OTHER_KERNEL', 'usr/lib/modules/6.1.0/b.ko'],
  ]);
  expect(problems[0]!.message).toContain('built for the kernel 5.10.0 (vermagic "5.10.0 SMP")');
});
