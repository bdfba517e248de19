import { mkdtempSync, renameSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RealKernel } from './real-kernel.js';

jest.setTimeout(20 * 60_000);

const root = mkdtempSync(join(tmpdir(), 'bringup-edit-kernel-deep-'));
afterAll(() => rmSync(root, { recursive: true }));

let kernel: RealKernel;
beforeAll(async () => {
  kernel = await RealKernel.make(join(root, 'one'));
  await kernel.build();
});

const LONG_AGO = 1_000_000_000;
const VERSION = 'fs/proc/version.c';
const MORE = (index: number) => `\nint bringup_edit_${index};\n`;

/** Each edit of the real kernel, after the ones before it, and what is compiled: names, or the file that they depend on. */
const ROWS: readonly {
  readonly edit: string;
  readonly apply: () => void | Promise<void>;
  readonly compiled: readonly string[] | { readonly dependOn: string };
}[] = [
  { edit: 'nothing', apply: () => undefined, compiled: [] },
  { edit: 'a C file', apply: () => kernel.append(VERSION, MORE(1)), compiled: ['fs/proc/version.o'] },
  {
    edit: 'a C file with an old time',
    apply: () => kernel.append(VERSION, MORE(2), LONG_AGO),
    compiled: ['fs/proc/version.o'],
  },
  {
    edit: 'a header',
    apply: () => kernel.append('include/linux/seq_file.h', '/* edited */\n'),
    compiled: { dependOn: 'include/linux/seq_file.h' },
  },
  {
    edit: 'a header with an old time',
    apply: () => kernel.append('fs/proc/internal.h', '/* edited */\n', LONG_AGO),
    compiled: { dependOn: 'fs/proc/internal.h' },
  },
  {
    edit: 'the default of a symbol',
    apply: () => {
      kernel.append('init/Kconfig', '\nconfig BRINGUP_EDIT\n\tdef_bool y\n');
      return kernel.configure();
    },
    compiled: [],
  },
  {
    edit: 'flags in a Makefile',
    apply: () => kernel.append('fs/proc/Makefile', '\nCFLAGS_version.o += -DBRINGUP_EDIT\n', LONG_AGO),
    compiled: ['fs/proc/version.o'],
  },
  {
    edit: 'a device tree',
    apply: () => kernel.append('arch/arm64/boot/dts/allwinner/sun50i-a64.dtsi', '\n/* edited */\n'),
    compiled: ['arch/arm64/boot/dts/allwinner/sun50i-a64-pine64.dtb'],
  },
  {
    edit: 'a new file',
    apply: () => {
      kernel.append('lib/bringup.c', 'int bringup_new;\n');
      kernel.append('lib/Makefile', '\nobj-y += bringup.o\n');
    },
    compiled: ['lib/bringup.o'],
  },
  {
    edit: 'a renamed file',
    apply: () => {
      renameSync(kernel.path('lib/bringup.c'), kernel.path('lib/bringup2.c'));
      kernel.replace('lib/Makefile', 'bringup.o', 'bringup2.o');
    },
    compiled: ['lib/bringup2.o'],
  },
  {
    edit: 'a deleted file',
    apply: () => {
      rmSync(kernel.path('lib/bringup2.c'));
      kernel.replace('lib/Makefile', '\nobj-y += bringup2.o\n', '');
    },
    compiled: [],
  },
  {
    edit: 'documentation',
    apply: () => kernel.append('Documentation/index.rst', '\nedited\n'),
    compiled: [],
  },
  { edit: 'a commit', apply: () => kernel.commit(), compiled: [] },
  { edit: 'an amended commit', apply: () => kernel.commit('--amend'), compiled: [] },
  {
    edit: 'a touched file',
    apply: () => utimesSync(kernel.path(VERSION), new Date(), new Date()),
    compiled: ['fs/proc/version.o'],
  },
  {
    edit: 'stash and pop',
    apply: () => {
      kernel.append(VERSION, MORE(3));
      kernel.git('stash', '--quiet');
      kernel.git('stash', 'pop', '--quiet');
    },
    compiled: ['fs/proc/version.o'],
  },
  {
    edit: 'a branch, there and back',
    apply: () => {
      kernel.commit();
      kernel.git('checkout', '--quiet', '-b', 'other');
      kernel.append('init/do_mounts.c', MORE(4));
      kernel.commit();
      kernel.git('checkout', '--quiet', 'main');
    },
    compiled: ['init/do_mounts.o'],
  },
  {
    edit: 'a commit that the release names',
    apply: async () => {
      await kernel.configure(['CONFIG_LOCALVERSION_AUTO=y']);
      await kernel.build();
      kernel.commit();
    },
    compiled: { dependOn: 'include/generated/utsrelease.h' },
  },
];

it.each(ROWS)('$edit: just what depends on it is compiled', async ({ edit, apply, compiled }) => {
  const { out } = kernel;
  await apply();
  const expected = 'dependOn' in compiled ? kernel.dependents(compiled.dependOn) : compiled;
  const made = await kernel.build();
  expect({ edit, out, compiled: made.compiled }).toEqual({ edit, out, compiled: expected });
  expect(made.hashes).toEqual(await kernel.buildFromNothing());
});

it('another revision of a source in the store: just what depends on its changes is compiled', async () => {
  const first = kernel.store('revision-1');
  await kernel.build(first);
  kernel.append(VERSION, MORE(5));
  kernel.append('fs/proc/internal.h', '/* another revision */\n');
  const second = kernel.store('revision-2');
  const expected = kernel.dependents('fs/proc/internal.h');
  const made = await kernel.build(second);
  expect(made.compiled).toEqual(expected);
  expect(made.hashes).toEqual(await kernel.buildFromNothing(second));
});
