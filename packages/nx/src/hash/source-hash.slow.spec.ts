import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DIFF_FILES, EXACT, identifyPart } from '@bringup/kbuild/identity';
import { quoteCommand, runProgram } from '@bringup/process';
import { sourceHash } from '../graph/source-hash.js';

const SCRIPT = join(__dirname, '../../scripts/source-hash.sh');

jest.setTimeout(120_000);

const base = mkdtempSync(join(tmpdir(), 'bringup source-hash-'));
afterAll(() => rmSync(base, { recursive: true }));

/** More than two seconds: what changed before counts as settled. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 2_100));

interface Tree {
  readonly path: string;
  readonly home: string;
  readonly git: (...args: string[]) => void;
  /** The script's output, and whether Node answered. */
  readonly hash: (
    part: 'config' | 'build',
    ...configs: string[]
  ) => Promise<{ text: string; byNode: boolean }>;
  /** The hash of a look that remembers nothing. */
  readonly fresh: (part: 'config' | 'build') => Promise<string>;
}

/** The file of a kept answer. */
function keptIn(home: string): string {
  const [record] = readdirSync(join(home, 'trees'));
  return join(home, 'trees', record!, 'kernel-config');
}

/** A workspace with a tree beside it, at a path with a blank. */
function makeTree(inGit = true): Tree {
  const place = mkdtempSync(join(base, 'place-'));
  const [path, home, workspace, bin] = ['linux', 'home', 'workspace', 'bin'].map((name) => join(place, name));
  for (const directory of [workspace!, bin!, join(path!, 'init'), join(path!, 'scripts/empty')])
    mkdirSync(directory, { recursive: true });
  writeFileSync(join(path!, 'Kconfig'), 'source "init/Kconfig"\n');
  writeFileSync(join(path!, 'init/Kconfig'), 'config A\n\tbool "A"\n');
  writeFileSync(join(path!, 'init/main.c'), 'int a;\n');
  writeFileSync(join(path!, 'scripts/gcc-version.sh'), '#!/bin/sh\n', { mode: 0o755 });
  writeFileSync(join(path!, '.gitignore'), 'tags\n');
  // Node, and a file that says that it ran.
  const ran = join(place, 'ran');
  const node = quoteCommand([process.execPath]);
  writeFileSync(join(bin!, 'node'), `#!/bin/sh\n: >${quoteCommand([ran])}\nexec ${node} "$@"\n`, {
    mode: 0o755,
  });
  const git = (...args: string[]) =>
    void execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.org', ...args], { cwd: path });
  // Of fewer files without git nothing is remembered: they are read as fast.
  if (!inGit)
    for (let index = 0; index < 2_000; index += 1) writeFileSync(join(path!, `scripts/${index}.c`), '');
  if (inGit) {
    git('init', '--quiet');
    git('add', '--all');
    git('commit', '--quiet', '--message=base');
  }
  const env = { PATH: `${bin}:${process.env.PATH}`, BRINGUP_HOME: home!, LC_ALL: 'de_DE.UTF-8', HOME: place };
  const hash: Tree['hash'] = async (part, ...configs) => {
    rmSync(ran, { force: true });
    const { stdout } = await runProgram(['sh', SCRIPT, 'kernel', part, '../linux', ...configs], {
      cwd: workspace,
      env,
    });
    expect(stdout).toMatch(/^[0-9a-f]{64}\n$/);
    return { text: stdout.trim(), byNode: existsSync(ran) };
  };
  const fresh: Tree['fresh'] = async (part) => {
    const own = mkdtempSync(join(place, 'fresh-'));
    return sourceHash((await identifyPart(path!, own, 'kernel', part)).identity, undefined);
  };
  return { path: path!, home: home!, git, hash, fresh };
}

it('asks git what a look would ask it', () => {
  const script = readFileSync(SCRIPT, 'utf8').replaceAll('\\\n', ' ').replaceAll(/ +/g, ' ');
  expect(script).toContain(`${EXACT.join(' ')} ${DIFF_FILES.join(' ')} &&`);
});

describe('what conf reads', () => {
  const edits: Record<string, (tree: Tree) => unknown> = {
    'a Kconfig file': ({ path }) => appendFileSync(join(path, 'init/Kconfig'), '# more\n'),
    'a Kconfig file, of the same size and mtime': ({ path }) => {
      writeFileSync(join(path, 'init/Kconfig'), 'config B\n\tbool "B"\n');
      utimesSync(join(path, 'init/Kconfig'), 1, 1);
    },
    'a new Kconfig file': ({ path }) => writeFileSync(join(path, 'init/Kconfig.new'), ''),
    'a new file in an empty directory': ({ path }) => writeFileSync(join(path, 'scripts/empty/new.sh'), ''),
    'a Kconfig file less': ({ path }) => rmSync(join(path, 'init/Kconfig')),
    'a renamed directory': ({ path }) => renameSync(join(path, 'init'), join(path, 'first')),
    "a script's executable bit": ({ path }) => chmodSync(join(path, 'scripts/gcc-version.sh'), 0o644),
    'a C file': ({ path }) => appendFileSync(join(path, 'init/main.c'), 'int b;\n'),
    'a commit': ({ git }) => git('commit', '--quiet', '--allow-empty', '--message=more'),
    nothing: () => undefined,
  };

  it.each(['a git work tree', 'a directory without git'])(
    'in %s, the shell answers without Node until something changes',
    async (what) => {
      const inGit = what === 'a git work tree';
      const few = ['a Kconfig file', 'a new Kconfig file', 'a C file', 'nothing'];
      const names = Object.keys(edits).filter((name) => inGit || few.includes(name));
      const trees = names.map((name) => ({ name, ...makeTree(inGit) }));
      await settled();
      for (const tree of trees) {
        const { name, hash, fresh } = tree;
        const first = await hash('config');
        // Node keeps the answer when the second look finds the directories as they were remembered.
        if ((await hash('config')).byNode) await hash('config');
        expect({ name, ...(await hash('config')) }).toEqual({ name, text: first.text, byNode: false });
        await edits[name]!(tree);
        const after = await hash('config');
        expect({ name, hash: after.text }).toEqual({ name, hash: await fresh('config') });
        const isUnread = ['a C file', 'a commit', 'nothing'].includes(name);
        expect({ name, same: after.text === first.text }).toEqual({ name, same: isUnread });
        expect({ name, byNode: after.byNode }).toEqual({ name, byNode: !isUnread });
      }
    },
  );

  it('is not kept as long as a file has changed just now', async () => {
    const { hash } = makeTree();
    for (const look of [1, 2, 3])
      expect({ look, ...(await hash('config')) }).toMatchObject({ look, byNode: true });
  });

  it('is not kept where a link leads out of the tree', async () => {
    const { path, home, hash } = makeTree();
    writeFileSync(`${path}.outside`, 'config C\n');
    symlinkSync(`${path}.outside`, join(path, 'init/Kconfig.link'));
    await settled();
    for (const look of [1, 2, 3])
      expect({ look, ...(await hash('config')) }).toMatchObject({ look, byNode: true });
    const [record] = readdirSync(join(home, 'trees'));
    expect(readdirSync(join(home, 'trees', record!))).not.toContain('kernel-config');
  });

  it('is not kept, and the hash is the same each time, where a link leads to a link that leads nowhere', async () => {
    const { path, hash } = makeTree();
    symlinkSync('Kconfig.b', join(path, 'init/Kconfig.a'));
    symlinkSync('Kconfig.gone', join(path, 'init/Kconfig.b'));
    await settled();
    const { text } = await hash('config');
    for (const look of [1, 2])
      expect({ look, ...(await hash('config')) }).toEqual({ look, text, byNode: true });
  });

  it('is not kept where a link that is not read itself leads out of the tree', async () => {
    const { path, hash } = makeTree();
    mkdirSync(`${path}.outside/sub`, { recursive: true });
    writeFileSync(`${path}.outside/Kconfig`, 'config C\n');
    mkdirSync(join(path, 'Documentation'));
    symlinkSync(`${path}.outside`, join(path, 'Documentation/mine'));
    await settled();
    const before = await hash('config');
    await hash('config');
    writeFileSync(`${path}.outside/sub/Kconfig`, 'config D\n');
    expect((await hash('config')).text).not.toBe(before.text);
  });

  it('is looked up again by another Bringup', async () => {
    const { home, hash } = makeTree();
    await settled();
    const before = await hash('config');
    while ((await hash('config')).byNode);
    const file = keptIn(home);
    // As if the program that answers were another file: what stat says of it is part of the sum.
    const [text, sum, ...rest] = readFileSync(file, 'latin1').split('\n');
    writeFileSync(
      file,
      [text, sum!.replace(/^./, (digit) => (digit === '0' ? '1' : '0')), ...rest].join('\n'),
      'latin1',
    );
    expect(await hash('config')).toEqual({ ...before, byNode: true });
  });

  it('is kept where a link leads to a file of the tree, which then counts', async () => {
    const { path, hash, fresh } = makeTree();
    symlinkSync('main.c', join(path, 'init/Kconfig.link'));
    await settled();
    const before = await hash('config');
    while ((await hash('config')).byNode);
    appendFileSync(join(path, 'init/main.c'), 'int c;\n');
    const after = await hash('config');
    expect(after.text).not.toBe(before.text);
    expect(after.text).toBe(await fresh('config'));
  });

  it.each([
    ['cut short', (text: string) => text.slice(0, text.length / 2)],
    ['empty', () => ''],
    ['without files', (text: string) => text.split('\n', 2).join('\n') + '\n'],
  ])('is looked up again when what is kept is %s', async (_what, change) => {
    const { home, hash } = makeTree();
    await settled();
    const before = await hash('config');
    while ((await hash('config')).byNode);
    const file = keptIn(home);
    writeFileSync(file, change(readFileSync(file, 'latin1')), 'latin1');
    expect(await hash('config')).toEqual({ ...before, byNode: true });
  });
});

describe('what a build reads', () => {
  it('is seen whatever git was asked before Node ran', async () => {
    const tree = makeTree();
    const { path, git, hash, fresh } = tree;
    const steps: (() => unknown)[] = [
      () => undefined,
      () => appendFileSync(join(path, 'init/main.c'), 'int b;\n'),
      () => git('add', '--all'),
      () => appendFileSync(join(path, 'init/main.c'), 'int c;\n'),
      () => git('commit', '--quiet', '--all', '--message=more'),
      () => git('checkout', '--quiet', 'HEAD~1'),
      () => writeFileSync(join(path, 'init/new.c'), ''),
      () => renameSync(join(path, '.git'), `${path}.git`),
      () => appendFileSync(join(path, 'init/main.c'), 'int d;\n'),
      () => renameSync(`${path}.git`, join(path, '.git')),
    ];
    for (const [index, step] of steps.entries()) {
      await step();
      const { text } = await hash('build');
      expect({ index, text }).toEqual({ index, text: await fresh('build') });
    }
    // A settled index: what git was asked first is what counts.
    await settled();
    expect((await hash('build')).text).toBe(await fresh('build'));
    appendFileSync(join(path, 'init/main.c'), 'int e;\n');
    expect((await hash('build')).text).toBe(await fresh('build'));
  });
});
