import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RememberedDirectories } from './remembered-directories.js';

const root = mkdtempSync(join(tmpdir(), 'bringup-directories-spec-'));
afterAll(() => rmSync(root, { recursive: true }));

const settled = () => new Promise((resolve) => setTimeout(resolve, 2_100));

interface Tree {
  readonly path: string;
  readonly record: string;
  /** Lists the untracked files. @returns whether git was asked */
  readonly asks: (whileListing?: () => void, checksum?: string, isTracked?: boolean) => Promise<boolean>;
}

function makeTree(): Tree {
  const path = mkdtempSync(join(root, 'tree-'));
  const record = `${path}.json`;
  mkdirSync(join(path, 'sub/below'), { recursive: true });
  mkdirSync(join(path, 'empty'));
  mkdirSync(Buffer.concat([Buffer.from(`${path}/`), Buffer.from([0xff, 0xe9])]));
  writeFileSync(join(path, 'sub/file'), 'a\n');
  writeFileSync(join(path, 'sub/below/file'), 'b\n');
  const asks: Tree['asks'] = async (whileListing, checksum = 'index', isTracked = true) => {
    let asked = false;
    const names = await new RememberedDirectories(Buffer.from(path), record).untracked(checksum, {
      list: async () => {
        asked = true;
        whileListing?.();
        return ['new \xff'];
      },
      isTracked: async () => isTracked,
    });
    expect(names).toEqual(['new \xff']);
    return asked;
  };
  return { path, record, asks };
}

const edits: Record<string, [asks: boolean, edit: (path: string) => void]> = {
  nothing: [false, () => undefined],
  'another content': [false, (path) => appendFileSync(join(path, 'sub/file'), 'more\n')],
  'a file saved under another name, and renamed': [
    false,
    (path) => {
      writeFileSync(join(path, 'sub/.file.swp'), 'c\n');
      renameSync(join(path, 'sub/.file.swp'), join(path, 'sub/file'));
    },
  ],
  'the mode of a directory': [false, (path) => chmodSync(join(path, 'sub'), 0o700)],
  'the times of a directory': [false, (path) => utimesSync(join(path, 'sub'), 1, 1)],
  'a new file': [true, (path) => writeFileSync(join(path, 'sub/below/new'), '')],
  'a new file, with the times set back': [
    true,
    (path) => {
      writeFileSync(join(path, 'sub/new'), '');
      utimesSync(join(path, 'sub'), 1, 1);
    },
  ],
  'a new file in an empty directory': [true, (path) => writeFileSync(join(path, 'empty/new'), '')],
  'a new file at the top': [true, (path) => writeFileSync(join(path, 'new'), '')],
  'a new file below a name that is not UTF-8': [
    true,
    (path) =>
      writeFileSync(Buffer.concat([Buffer.from(`${path}/`), Buffer.from([0xff, 0xe9, 0x2f, 0x61])]), ''),
  ],
  'a file less': [true, (path) => rmSync(join(path, 'sub/below/file'))],
  'a directory less': [true, (path) => rmSync(join(path, 'empty'), { recursive: true })],
  'a file under another name': [true, (path) => renameSync(join(path, 'sub/file'), join(path, 'sub/File'))],
  'a directory under another name': [true, (path) => renameSync(join(path, 'sub'), join(path, 'bus'))],
  'a directory in place of a file': [
    true,
    (path) => {
      rmSync(join(path, 'sub/file'));
      mkdirSync(join(path, 'sub/file'));
    },
  ],
  'a link in place of a directory': [
    true,
    (path) => {
      renameSync(join(path, 'sub/below'), `${path}.moved`);
      symlinkSync(`${path}.moved`, join(path, 'sub/below'));
    },
  ],
  'a repository of its own': [true, (path) => mkdirSync(join(path, 'sub/.git'))],
};

describe('untracked files', () => {
  it('are asked of git again when a directory has other entries', async () => {
    const trees = Object.entries(edits).map(([name, [expected, edit]]) => ({
      name,
      expected,
      edit,
      ...makeTree(),
    }));
    await settled();
    for (const { name, asks } of trees) expect({ name, asks: await asks() }).toEqual({ name, asks: true });
    for (const { name, asks } of trees) expect({ name, asks: await asks() }).toEqual({ name, asks: false });
    for (const { edit, path } of trees) edit(path);
    for (const { name, expected, asks } of trees)
      expect({ name, asks: await asks() }).toEqual({ name, asks: expected });
    await settled();
    for (const { asks } of trees) await asks();
    for (const { name, asks } of trees) expect({ name, asks: await asks() }).toEqual({ name, asks: false });
  });

  it('are asked again when the index is another one', async () => {
    const { asks } = makeTree();
    await settled();
    await asks();
    expect(await asks(undefined, 'another')).toBe(true);
    expect(await asks(undefined, 'another')).toBe(false);
  });

  it('are asked again when a directory changed while git listed them', async () => {
    const { path, asks } = makeTree();
    await settled();
    // Made and removed: the entries are the same as before.
    const touch = () => {
      writeFileSync(join(path, 'sub/brief'), '');
      rmSync(join(path, 'sub/brief'));
    };
    expect(await asks(touch)).toBe(true);
    expect(await asks()).toBe(true);
  });

  it('are not remembered when the index has no file of the tree', async () => {
    const { record, asks } = makeTree();
    await settled();
    for (const look of [1, 2])
      expect({ look, asks: await asks(undefined, 'index', false) }).toEqual({ look, asks: true });
    expect(existsSync(record)).toBe(false);
  });

  it('are asked each time as long as a directory has changed just now', async () => {
    const { asks } = makeTree();
    expect(await asks()).toBe(true);
    expect(await asks()).toBe(true);
  });

  it('are asked each time where a directory cannot tell', async () => {
    const record = join(root, 'proc.json');
    for (const count of [1, 2]) {
      const list = jest.fn(async () => []);
      await new RememberedDirectories(Buffer.from('/proc/sys/kernel'), record).untracked('index', {
        list,
        isTracked: async () => true,
      });
      expect({ count, asked: list.mock.calls.length }).toEqual({ count, asked: 1 });
    }
  });

  it.each([
    ['cut short', (text: string) => text.slice(0, -10)],
    ['of no directory', (text: string) => JSON.stringify({ ...JSON.parse(text), directories: '{}' })],
    ['null', () => 'null'],
  ])('are asked again when the record is %s', async (_what, change) => {
    const { record, asks } = makeTree();
    await settled();
    await asks();
    writeFileSync(record, change(readFileSync(record, 'latin1')), 'latin1');
    expect(await asks()).toBe(true);
    expect(await asks()).toBe(false);
  });
});
