import { appendFileSync, mkdirSync, realpathSync, renameSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeWorkspace } from '../../../testing/workspace.js';
import { FileWatcher, isSave, watchError } from './file-watcher.js';

/** Long enough for the watcher, which reports after 50 to 500 ms. */
const SETTLED_MS = 1000;

let root: string;
let watcher: FileWatcher;
let saved: Set<string>;

beforeEach(() => {
  root = realpathSync(
    makeWorkspace({ 'tree/a/b.c': '', 'tree/.git/HEAD': '', 'tree/out/x': '', 'flat/f': '' }),
  );
  saved = new Set();
  watcher = new FileWatcher((paths) => paths.forEach((path) => saved.add(relative(root, path))));
});
afterEach(() => watcher.close());

async function savedBy(edit: () => void): Promise<string[]> {
  saved.clear();
  edit();
  await sleep(SETTLED_MS);
  return [...saved].sort();
}
const places = () => ({
  trees: [join(root, 'tree')],
  directories: [join(root, 'flat')],
  ignored: [join(root, 'tree/out'), join(root, 'dist')],
});
const append = (path: string) => appendFileSync(join(root, path), 'x');

it('reports files at any depth of a tree, in a directory itself, and in directories that are made later', async () => {
  await watcher.watch(places());
  const edit = () => {
    append('tree/a/b.c');
    append('flat/f');
    mkdirSync(join(root, 'tree/new'));
    append('tree/new/n.c');
  };
  expect(await savedBy(edit)).toEqual(expect.arrayContaining(['flat/f', 'tree/a/b.c', 'tree/new']));
  expect(await savedBy(() => append('tree/new/n.c'))).toEqual(['tree/new/n.c']);
});

it('leaves out version control, outputs, and what lies deeper than a directory', async () => {
  mkdirSync(join(root, 'flat/deep'));
  await watcher.watch(places());
  const paths = ['tree/.git/HEAD', 'tree/out/x', 'flat/deep/f'];
  expect(await savedBy(() => paths.forEach(append))).toEqual([]);
});

it("reports one file for an editor's way to save", async () => {
  await watcher.watch(places());
  const edit = () => {
    writeFileSync(join(root, 'tree/a/.b.c.swp'), '');
    writeFileSync(join(root, 'tree/a/4913'), '');
    renameSync(join(root, 'tree/a/b.c'), join(root, 'tree/a/b.c~'));
    append('tree/a/b.c');
  };
  expect(await savedBy(edit)).toEqual(['tree/a/b.c']);
});

it('watches other places after a second call', async () => {
  await watcher.watch(places());
  await watcher.watch({ trees: [], directories: [join(root, 'tree/a')], ignored: [] });
  expect(await savedBy(() => ['tree/a/b.c', 'flat/f'].forEach(append))).toEqual(['tree/a/b.c']);
});

it.each([
  ['a/main.c', true],
  ['a/.config', true],
  ['a/.main.c.swp', false],
  ['a/#main.c#', false],
  ['a/.#main.c', false],
  ['a/main.c~', false],
  ['a/.kernel.txt.123-0a.tmp', false],
])('%s counts as a save: %s', (path, expected) => expect(isSave(path)).toBe(expected));

it.each([
  [
    "inotify_add_watch on '/t/a' failed: No space left on device",
    'WATCH_LIMIT',
    /cannot watch \/t: .*max_user_watches = \d+\)\. Raise it: sudo sysctl fs\.inotify\.max_user_watches=524288$/,
  ],
  [
    "EMFILE: too many open files, watch '/t'",
    'WATCH_LIMIT',
    /max_user_instances = \d+\)\. Raise it: sudo sysctl fs\.inotify\.max_user_instances=1024$/,
  ],
  [
    'Permission denied',
    'WATCH_FAILED',
    /cannot watch \/t: Permission denied\. Make sure that this user can read/,
  ],
])('%s', (message, code, expected) => {
  const error = watchError('/t', new Error(message));
  expect(error).toMatchObject({ code, message: expect.stringMatching(expected) });
});
