import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { CreateNodesContextV2, TargetConfiguration } from '@nx/devkit';
import { OUTCOMES } from '@bringup/qemu';
import { createNodesV2 } from './plugin/create-nodes.js';
import { BOARD_MACHINES } from './kinds/board/board-machines.js';

const ROOT = join(__dirname, '..', '..', '..');

function filesBelow(directory: string, ending: string): string[] {
  return readdirSync(join(ROOT, directory), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(ending) && !file.includes('node_modules'))
    .map((file) => join(directory, file))
    .sort();
}

const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const readJson = (file: string) => JSON.parse(read(file)) as Record<string, unknown>;

/** The pages that people read, relative to the repository. */
const PAGES = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...filesBelow('docs', '.md')];

/** The matches of a pattern in a page, code spans and blocks included. */
function mentions(page: string, pattern: RegExp): string[][] {
  return [...read(page).matchAll(pattern)].map((match) => match.slice(1).map(String));
}

/** Target names of each project of the demo workspace: what is declared, and what the plugin adds. */
async function demoTargets(): Promise<Map<string, Set<string>>> {
  const files = filesBelow('examples', 'project.json');
  const context = { workspaceRoot: ROOT, nxJsonConfiguration: {} } as CreateNodesContextV2;
  const results = await createNodesV2[1](files, undefined, context);
  const inferred = new Map(
    results.flatMap(([, { projects }]) =>
      Object.entries(projects ?? {}).map(([root, project]) => [root, project.targets ?? {}] as const),
    ),
  );
  return new Map(
    files.map((file) => {
      const json = readJson(file) as { name: string; targets?: Record<string, TargetConfiguration> };
      const targets = { ...json.targets, ...inferred.get(dirname(file)) };
      return [json.name, new Set(Object.keys(targets))];
    }),
  );
}

describe('documentation', () => {
  const { executors } = readJson('packages/nx/executors.json') as {
    executors: Record<string, { schema: string }>;
  };

  it.each(Object.entries(executors))('documents executor %s and each of its options', (name, { schema }) => {
    const page = read(`docs/reference/${name}.md`);
    const { properties } = readJson(join('packages/nx', schema)) as { properties: Record<string, unknown> };
    expect(page).toContain(`# @bringup/nx:${name}`);
    expect(Object.keys(properties).filter((option) => !page.includes(`| \`${option}\``))).toEqual([]);
    expect(read('docs/reference/README.md')).toContain(`(${name}.md)`);
  });

  it('documents each generator and each of its options', () => {
    const { generators } = readJson('packages/nx/generators.json') as {
      generators: Record<string, { schema: string }>;
    };
    for (const [name, { schema }] of Object.entries(generators)) {
      const page = read(`docs/reference/generators/${name}.md`);
      const { properties } = readJson(join('packages/nx', schema)) as { properties: Record<string, unknown> };
      expect(Object.keys(properties).filter((option) => !page.includes(`| \`${option}\``))).toEqual([]);
      expect(read('docs/reference/README.md')).toContain(`(generators/${name}.md)`);
    }
  });

  it('names the machines that boards are generated for, and how they boot', () => {
    const rows = mentions('docs/guides/first-board.md', /^\| `(\w+)` +\| `([\w-]+)` +\| ([^|]+?) +\|$/gm);
    expect(rows.map(([arch, machine, boots]) => [arch, machine, boots!.replaceAll('`', '')])).toEqual(
      BOARD_MACHINES.map(({ arch, machine, paths }) => [arch, machine, paths.join(', ')]),
    );
  });

  it('explains every code of an error that somebody can meet', () => {
    // The schemas refuse these values before. ABORTED is what the user did.
    const unmet = ['ABORTED', 'BAD_ALGORITHM', 'BAD_ARCH', 'BAD_COMPRESSION', 'BAD_COMPRESSION_LEVEL'];
    unmet.push('BAD_FILE_SYSTEM', 'BAD_FORMAT', 'BAD_TABLE');
    const codes = mentions('packages/process/src/error-codes.ts', /^ {2}\| '([A-Z0-9_]+)'/gm).flat();
    const pages = ['docs/troubleshooting.md', 'docs/guides/gdb.md'];
    const explained = new Set(
      pages.flatMap((page) =>
        mentions(page, /^\| (`[A-Z].*?`) +\|/gm)
          .flat()
          .join()
          .match(/[A-Z][A-Z0-9_]+/g),
      ),
    );
    expect(codes.length).toBeGreaterThan(200);
    expect(codes.filter((code) => !explained.has(code!))).toEqual(unmet);
  });

  it('names no file of the code that does not exist', () => {
    const files = filesBelow('packages', '.ts').map((file) => file.replace('/src/', '/'));
    const named = ['docs/architecture.md', 'docs/editors.md'].flatMap((page) =>
      mentions(page, /`((?!\S*[A-Z]{4})[a-z][\w-]*(?:\/[\w.-]+)+\.ts)`/g).flat(),
    );
    expect(named.length).toBeGreaterThan(40);
    expect(
      named.filter((name) => !files.some((file) => file.endsWith(`/${name!.replace('/src/', '/')}`))),
    ).toEqual([]);
  });

  it('lists each outcome of a boot with its exit code, in their order', () => {
    const rows = mentions('docs/troubleshooting.md', /^\| `([\w-]+)` +\| (\d+) +\|/gm);
    expect(rows).toEqual(Object.entries(OUTCOMES).map(([outcome, code]) => [outcome, String(code)]));
  });

  it.each(PAGES)('%s: relative links lead to files', (page) => {
    const targets = mentions(page, /\]\(([^)\s]+)\)/g)
      .map(([target]) => target!)
      .filter((target) => !/^[a-z]+:/.test(target));
    const broken = targets.filter((target) => {
      const [path, anchor] = target.split('#');
      const file = path === '' ? page : relative(ROOT, resolve(ROOT, dirname(page), decodeURI(path!)));
      if (!existsSync(join(ROOT, file))) return true;
      return anchor !== undefined && !headings(file).includes(anchor);
    });
    expect(broken).toEqual([]);
  });

  it('names only targets that the demo workspace has', async () => {
    const known = await demoTargets();
    const every = new Set([...known.values()].flatMap((targets) => [...targets]));
    // PROJECT and BOARD stand for any project.
    const has = ([project, target]: string[]) =>
      /^[A-Z]+$/.test(project!) ? every.has(target!) : known.get(project!)?.has(target!);
    const named = PAGES.flatMap((page) =>
      mentions(page, /\bnx run ([\w@/.-]+):([\w-]+)/g)
        .filter((task) => task[1] !== 'TARGET')
        .map((task) => ({ page, task })),
    );
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter(({ task }) => !has(task))).toEqual([]);
  });

  it('names only scripts that package.json has', () => {
    const scripts = Object.keys(readJson('package.json').scripts as object);
    const named = PAGES.flatMap((page) =>
      mentions(page, /\bnpm run ([\w:-]+)/g).map(([script]) => ({ page, script })),
    );
    expect(named.length).toBeGreaterThan(3);
    expect(named.filter(({ script }) => !scripts.includes(script!))).toEqual([]);
  });

  it('names only error codes that exist, and lists every decision', () => {
    const code = filesBelow('packages', '.ts')
      .filter((file) => /^packages\/[^/]+\/src\//.test(file) && !file.endsWith('.spec.ts'))
      .map(read)
      .join('\n');
    const codes = mentions('docs/troubleshooting.md', /`([A-Z][A-Z0-9]+(?:_[A-Z0-9]+)+)`/g)
      .map(([name]) => name!)
      .filter((name) => !name.startsWith('CONFIG_'));
    expect(codes.length).toBeGreaterThan(20);
    expect(codes.filter((name) => !code.includes(name))).toEqual([]);
    const notes = readdirSync(join(ROOT, 'docs/decisions'));
    expect(notes.filter((note) => !read('docs/README.md').includes(`(decisions/${note})`))).toEqual([]);
  });

  it("has the README's two commands", () => {
    expect(read('README.md')).toMatch(/npm start[^]*npm test/);
  });
});

/** The anchors of a page's headings, as GitHub makes them. */
function headings(file: string): string[] {
  return [...read(file).matchAll(/^#+ (.+)$/gm)].map((match) =>
    match[1]!
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  );
}
