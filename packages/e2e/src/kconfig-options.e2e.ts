import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeFakeWorkspace, type FakeWorkspace } from './fake-workspace.js';
import { nx, REPOSITORY } from './nx-run.js';
import { Terminal } from './terminal.js';

type Json = Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any -- project.json as a test edits it

let workspace: FakeWorkspace;
let terminal: Terminal;

const FRAGMENT = '# the second\nCONFIG_NET=y\nCONFIG_BLOCK=y\n';

async function outputOf(...args: string[]): Promise<string> {
  const { exitCode, output } = await nx(['run', ...args], { cwd: workspace.root });
  expect({ exitCode, output: exitCode === 0 ? '' : output }).toEqual({ exitCode: 0, output: '' });
  return output;
}

/** The JSON that a task printed, an object or an array whose brackets stand at the beginning of a line. */
const jsonIn = (output: string) => JSON.parse(/^([[{])[^]*?^[\]}]/m.exec(output)![0]);

/** Changes something in menuconfig, saves, and waits until `end` is on the screen. */
async function edit(args: readonly string[], keys: readonly string[], end = /ran target menuconfig/) {
  workspace.write('kernel/b.config', FRAGMENT);
  terminal.start('kernel:menuconfig', ...args);
  await terminal.until(/ext4/);
  await terminal.keys(...keys, 'Escape', 'Escape');
  await terminal.until(/save/i);
  await terminal.keys('Enter');
  await terminal.until(end);
}

const NETWORK_OFF = ['Down', 'n'];
const EXT4_ON = ['Down', 'Down', 'Down', 'y'];

/** Each option of what works on a configuration, and what it does. */
const EFFECTS: Record<string, Record<string, () => Promise<void>>> = {
  explain: {
    symbol: async () => {
      expect(await outputOf('kernel:explain', '--symbol=CONFIG_EXT4_FS')).toMatch(/EXT4_FS[^]*BLOCK/);
      expect(await outputOf('kernel:explain', '--symbol=NET')).toContain('kernel/b.config:2');
    },
    json: async () => {
      const { symbol, value } = jsonIn(await outputOf('kernel:explain', '--symbol=NET', '--json'));
      expect({ symbol, value }).toEqual({ symbol: 'NET', value: 'y' });
    },
  },
  diffconfig: {
    against: async () => {
      const args = ['kernel:diffconfig', '--configuration=debug'];
      expect(await outputOf(...args, '--against=small')).toContain(' NR_CPUS 1 -> 2\n');
      expect(await outputOf(...args)).toContain(' NR_CPUS 4 -> 2\n');
    },
    fragment: async () => {
      expect(await outputOf('kernel:diffconfig', '--configuration=debug', '--fragment')).toContain(
        'CONFIG_NR_CPUS=2\n',
      );
    },
    json: async () => {
      expect(jsonIn(await outputOf('kernel:diffconfig', '--configuration=debug', '--json'))).toEqual([
        { symbol: 'NR_CPUS', before: '4', after: '2' },
      ]);
    },
  },
  menuconfig: {
    editor: async () => {
      terminal.start('kernel:menuconfig', '--editor=nconfig');
      await terminal.until(/F9/);
      await terminal.keys('F9');
      await terminal.until(/ran target menuconfig/);
      expect(terminal.screen()).toContain('nothing was changed');
    },
    fragment: async () => {
      await edit(['--fragment=kernel/a.config'], EXT4_ON);
      expect(workspace.read('kernel/a.config')).toContain('CONFIG_PRINTK=y\nCONFIG_EXT4_FS=y\n');
      expect(workspace.read('kernel/b.config')).toBe(FRAGMENT);
      workspace.write('kernel/a.config', 'CONFIG_PRINTK=y\n');
    },
    removeRedundant: async () => {
      await edit(['--removeRedundant=false'], NETWORK_OFF);
      expect(workspace.read('kernel/b.config')).toBe(
        '# the second\n# CONFIG_NET is not set\nCONFIG_BLOCK=y\n',
      );
      await edit(['--removeRedundant'], NETWORK_OFF);
      expect(workspace.read('kernel/b.config')).toBe('# the second\nCONFIG_BLOCK=y\n');
      await edit([], NETWORK_OFF, /Remove them\? \[y\/N\]/);
      expect(terminal.screen()).toMatch(/no effect any more:\s+(# )?CONFIG_NET/);
      await terminal.keys('y', 'Enter');
      await terminal.until(/ran target menuconfig/);
      expect(workspace.read('kernel/b.config')).toBe('# the second\nCONFIG_BLOCK=y\n');
      await edit([], NETWORK_OFF, /Remove them\? \[y\/N\]/);
      await terminal.keys('Enter');
      await terminal.until(/ran target menuconfig/);
      expect(workspace.read('kernel/b.config')).toContain('# CONFIG_NET is not set\n');
    },
  },
  savedefconfig: {
    output: async () => {
      const printed = await outputOf('kernel:savedefconfig');
      expect(printed).toContain('CONFIG_PRINTK=y\nCONFIG_NET=y\nCONFIG_BLOCK=y\n');
      expect(printed).not.toContain('NR_CPUS');
      await outputOf('kernel:savedefconfig', '--output=kernel/small_defconfig');
      expect(workspace.read('kernel/small_defconfig')).toBe(
        'CONFIG_PRINTK=y\nCONFIG_NET=y\nCONFIG_BLOCK=y\n',
      );
    },
  },
};

beforeAll(async () => {
  workspace = makeFakeWorkspace(tmpdir());
  terminal = new Terminal(workspace.root);
  workspace.write('kernel/debug.config', 'CONFIG_NR_CPUS=2\n');
  workspace.write('kernel/small.config', 'CONFIG_NR_CPUS=1\n');
  workspace.edit('kernel/project.json', ((json: Json) => {
    json.targets.build.configurations = {
      debug: { extraFragments: ['{projectRoot}/debug.config'] },
      small: { extraFragments: ['{projectRoot}/small.config'] },
    };
  }) as never);
});
beforeEach(() => workspace.write('kernel/b.config', FRAGMENT));
afterAll(() => {
  terminal.close();
  workspace.remove();
});

describe.each(Object.keys(EFFECTS))('%s', (executor) => {
  it('has no other options', () => {
    const path = join(REPOSITORY, 'packages/nx/src/kinds/kconfig', executor, 'schema.json');
    const schema = JSON.parse(readFileSync(path, 'utf8'));
    expect(Object.keys(schema.properties).sort()).toEqual(Object.keys(EFFECTS[executor]!).sort());
  });

  it.each(Object.keys(EFFECTS[executor]!))('--%s', (option) => EFFECTS[executor]![option]!(), 240_000);
});
