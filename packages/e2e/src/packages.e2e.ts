import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as ts from 'typescript';
import { REPOSITORY } from './nx-run.js';
import { packAll, PUBLISHED, type PackedPackage } from './packed-packages.js';

/** A published package contains every file that is read at run time, and nothing else. */

const scratch = mkdtempSync(join(tmpdir(), 'bringup-e2e-'));
let packed: Map<string, PackedPackage>;
beforeAll(() => {
  const all = packAll(scratch);
  packed = new Map(all.map((one) => [one.directory, one]));
  for (const { directory, tarball } of all) {
    mkdirSync(unpacked(directory), { recursive: true });
    execFileSync('tar', ['-xf', tarball, '-C', unpacked(directory), '--strip-components=1']);
  }
});
afterAll(() => rmSync(scratch, { recursive: true }));

const unpacked = (directory: string) => join(scratch, 'unpacked', directory);
const readText = (directory: string, file: string) => readFileSync(join(unpacked(directory), file), 'utf8');
const readJson = (directory: string, file: string) => JSON.parse(readText(directory, file)) as never;

/** Files that any package has, and those that single ones read when they run. */
const ORDINARY = [/^package\.json$/, /^README\.md$/, /^LICENSE$/, /^dist\/.+\.(js|d\.ts)$/];
const FURTHER: Record<string, RegExp[]> = {
  gdb: [/^python\/[\w-]+\.py$/],
  nx: [
    /^(executors|generators|migrations)\.json$/,
    /^src\/(generators|host|images|kinds|plugin|storage)\/[\w/-]+\/schema\.json$/,
    /^scripts\/[\w-]+\.sh$/,
    /^presets\/[\w-]+\.config$/,
  ],
  process: [/^dist\/architectures\.json$/],
  qemu: [/^scripts\/[\w-]+\.sh$/],
};
/** Files that only tests need, and leftovers of the compiler. */
const NEVER = /(\.spec\.|\/testing\/|\/fixtures\/|\.map$|tsbuildinfo|\.e2e\.)/;

describe.each(PUBLISHED)('packages/%s', (directory) => {
  it('has what is needed and no more', () => {
    const { files } = packed.get(directory)!;
    const allowed = [...ORDINARY, ...(FURTHER[directory] ?? [])];
    const odd = files.filter((file) => NEVER.test(file) || !allowed.some((pattern) => pattern.test(file)));
    expect(odd).toEqual([]);
    expect(files).toEqual(expect.arrayContaining(['LICENSE', 'README.md']));
  });

  it('has the licence of the repository', () => {
    expect(packed.get(directory)!.manifest.license).toBe('MIT');
    expect(readText(directory, 'LICENSE')).toBe(readFileSync(join(REPOSITORY, 'LICENSE'), 'utf8'));
  });

  it('has every file that its package.json names', () => {
    const { manifest, files } = packed.get(directory)!;
    const entries = Object.values(manifest.exports ?? {}).flatMap((entry) =>
      typeof entry === 'string' ? [entry] : Object.values(entry),
    );
    const named = [
      ...entries.filter((entry) => !entry.includes('*')),
      ...Object.values(manifest.bin ?? {}),
      ...[manifest.main, manifest.types, manifest.executors, manifest.generators].filter(
        (file) => file !== undefined,
      ),
      ...(manifest['nx-migrations'] ? [manifest['nx-migrations'].migrations] : []),
    ].map((file) => file.replace(/^\.\//, ''));
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((file) => !files.includes(file))).toEqual([]);
  });

  it('declares what it imports, and nothing else', () => {
    const { manifest } = packed.get(directory)!;
    const declared = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
    // Nx itself starts the plugin: a peer that is not imported.
    const used = new Set([...importsBelow(unpacked(directory)), ...(directory === 'nx' ? ['nx'] : [])]);
    expect([...used].sort()).toEqual(declared.sort());
  });
});

/** Names of the packages that built code and its types import, without those of Node. */
function importsBelow(root: string): string[] {
  const files = readdirSync(join(root, 'dist'), { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => /\.(js|d\.ts)$/.test(file))
    .flatMap((file) => importsOf(join(root, 'dist', file)))
    .filter((name) => !/^(\.|node:)/.test(name) && !builtinModules.includes(name))
    .map((name) =>
      name
        .split('/')
        .slice(0, name.startsWith('@') ? 2 : 1)
        .join('/'),
    );
}

/** The modules that a file names in `import`, `export … from`, `import()` and `require()`. */
function importsOf(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const named =
      ts.isImportDeclaration(node) || ts.isExportDeclaration(node)
        ? node.moduleSpecifier
        : ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)
          ? node.argument.literal
          : ts.isCallExpression(node) && /^(require|import)$/.test(node.expression.getText())
            ? node.arguments[0]
            : undefined;
    if (named && ts.isStringLiteralLike(named)) found.push(named.text);
    node.forEachChild(visit);
  };
  visit(source);
  return found;
}

it('has what executors.json, generators.json and migrations.json name', () => {
  const { manifest, files } = packed.get('nx')!;
  const lists = [manifest.executors, manifest.generators, manifest['nx-migrations']?.migrations];
  const named = lists
    .filter((list) => list !== undefined)
    .flatMap((list) => Object.values(readJson('nx', list) as Record<string, unknown>))
    .flatMap(
      (group) => (typeof group === 'object' ? Object.values(group ?? {}) : []) as Record<string, string>[],
    )
    .flatMap(({ implementation, factory, schema }) => [implementation, factory, schema])
    .filter((file) => file !== undefined)
    .map((file) => file.replace(/^\.\//, '').replace(/#\w[\w-]*$/, ''));
  expect(named).toContain('src/kinds/kernel/schema.json');
  const present = (file: string) => [file, `${file}.js`].some((path) => files.includes(path));
  expect(named.filter((file) => !present(file))).toEqual([]);
});

it.each(['gdb/python', 'nx/scripts', 'qemu/scripts'])('has what is in %s, which no import names', (path) => {
  const [directory, below] = path.split('/') as [string, string];
  const names = readdirSync(join(REPOSITORY, 'packages', path));
  expect(names.length).toBeGreaterThan(0);
  expect(packed.get(directory)!.files).toEqual(
    expect.arrayContaining(names.map((name) => `${below}/${name}`)),
  );
});

it('has the presets', () => {
  const presets = packed.get('nx')!.files.filter((file) => dirname(file) === 'presets');
  const names = readdirSync(join(REPOSITORY, 'workspace-configs/kconfig'));
  expect(presets).toEqual(names.map((name) => `presets/${name}`).sort());
});

it('has one version, which packages demand of one another', () => {
  const manifests = [...packed.values()].map(({ manifest }) => manifest);
  const versions = manifests.flatMap(({ name, version, dependencies }) => [
    [name, version],
    ...Object.entries(dependencies ?? {}).filter(([dependency]) => dependency.startsWith('@bringup/')),
  ]);
  const { version } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')) as {
    version: string;
  };
  expect(versions.filter(([, found]) => found !== version)).toEqual([]);
});
