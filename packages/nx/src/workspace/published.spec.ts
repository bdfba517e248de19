import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { inferProjects, makeWorkspace, project } from '../testing/workspace.js';
import { findDeclaration } from './declaration.js';
import { PublishedPlaces } from './published.js';

const declare = (name: string, options: object, configurations: object = {}, kind = 'program') =>
  findDeclaration({
    name,
    root: name,
    targets: { build: { executor: `@bringup/nx:${kind}`, options, configurations } },
  } as never)!;
const codes = (root: string, ...declarations: ReturnType<typeof declare>[]) => {
  const places = new PublishedPlaces(root, declarations);
  return declarations.map((own) => places.problemOf(own)?.code);
};
const shared = ['OUTPUT_SHARED', 'OUTPUT_SHARED'];

it.each<[string, object, object, (string | undefined)[]]>([
  ['of their own', {}, {}, [undefined, undefined]],
  ['beside each other, one a prefix of the other', { outputPath: 'dist/b2' }, {}, [undefined, undefined]],
  ['equal to a default', { outputPath: 'dist/b' }, {}, shared],
  ['equal, written otherwise', { outputPath: './dist//x/../b/' }, {}, shared],
  ['inside', { outputPath: 'dist/b/tool' }, {}, shared],
  ['above', { outputPath: 'dist' }, {}, shared],
  ['both given', { outputPath: 'out/x' }, { outputPath: 'out/x/y' }, shared],
])('places of two projects that are %s', (_what, a, b, expected) =>
  expect(codes('/nowhere', declare('a', a), declare('b', b))).toEqual(expected),
);

it('names both projects and options', () => {
  const [a, b] = [declare('a', { outputPath: 'dist/b/tool' }), declare('b', {}, { debug: {} })];
  const places = new PublishedPlaces('/nowhere', [a, b]);
  expect(places.problemOf(a)!.message).toBe(
    'outputPath of project a is dist/b/tool, inside where b publishes (dist/b), by its outputPath (its default): ' +
      'each would delete the artifacts of the other. Give each project an "outputPath" of its own, none inside another.',
  );
  expect(places.problemOf(b)!.message).toContain(
    'outputPath (its default) of project b is dist/b, above where a publishes',
  );
});

it('calls a default by that name also where it is written out, as Nx does for a task', () => {
  const written = declare('b', { outputPath: 'dist/b' });
  const messageOf = (path: string) => {
    const a = declare('a', { outputPath: path });
    return new PublishedPlaces('/nowhere', [a, written]).problemOf(a)!.message;
  };
  expect(messageOf('dist/b/tool')).toContain('by its outputPath (its default): ');
});

it('holds variants, names that come out the same, and files of consoles against each other', () => {
  expect(codes('/nowhere', declare('a', {}, { debug: { outputPath: 'dist/b' } }), declare('b', {}))).toEqual(
    shared,
  );
  expect(codes('/nowhere', declare('a/b', {}), declare('a_b', {}))).toEqual(shared);
  const board = (name: string, path: string) =>
    declare(name, { consoles: [{ type: 'file', path }] }, {}, 'qemu');
  expect(codes('/nowhere', board('a', 'logs/x'), board('b', 'logs/x'))).toEqual(shared);
  expect(codes('/nowhere', board('a', 'logs/x'), board('b', 'logs/y'))).toEqual([undefined, undefined]);
  expect(codes('/nowhere', board('a', 'dist/b/log'), declare('b', {}))).toEqual(shared);
  // A project's own variants do not conflict.
  expect(codes('/nowhere', declare('a', {}, { debug: {}, other: { outputPath: 'dist/a' } }))).toEqual([
    undefined,
  ]);
});

it.each([
  ['../out/x', 'OUTPUT_OUTSIDE'],
  ['/srv/x', 'OUTPUT_OUTSIDE'],
  ['dist/../../x', 'OUTPUT_OUTSIDE'],
  ['.', 'OUTPUT_TAKEN'],
  ['a/..', 'OUTPUT_TAKEN'],
  ['.bringup/x', 'OUTPUT_TAKEN'],
  ['a/node_modules/x', 'OUTPUT_TAKEN'],
  ['dist/..x', undefined],
])('outputPath %s: %s', (outputPath, code) =>
  expect(codes('/nowhere', declare('a', { outputPath }))).toEqual([code]),
);

it.each([
  ['dist', {}],
  ['dist/a', {}],
  ['dist/a/debug', {}],
  ['out/deep', { outputPath: 'out/deep/a' }],
])('a symbolic link at %s', (place, options) => {
  const root = makeWorkspace();
  mkdirSync(join(root, place, '..'), { recursive: true });
  mkdirSync(join(root, 'scratch'));
  symlinkSync(join(root, 'scratch'), join(root, place));
  const [own] = [new PublishedPlaces(root, [declare('a', options, { debug: {} })])];
  const problem = own.problemOf(declare('a', options, { debug: {} }))!;
  expect(problem.code).toBe('OUTPUT_LINK');
  expect(problem.message).toContain(`where ${place} is a symbolic link`);
});

it('names every fault of a project', () => {
  const variants = {
    outside: { outputPath: '../out/a' },
    absolute: { outputPath: '/srv/a' },
    shared: { outputPath: 'dist/b' },
    nested: { outputPath: 'dist/b/a' },
  };
  const [a, b] = [declare('a', {}, variants), declare('b', {})];
  const problem = new PublishedPlaces('/nowhere', [a, b]).problemOf(a)!;
  expect(problem.code).toBe('OUTPUT_OUTSIDE');
  expect(
    problem.message.split('\n').map((line) => /^configurations\.(\w+)\.outputPath/.exec(line)?.[1]),
  ).toEqual(Object.keys(variants));
});

it('a place given for one run is held against the others', () => {
  const [a, b] = [declare('a', {}), declare('b', {})];
  const places = new PublishedPlaces('/nowhere', [a, b]);
  expect(places.problemOf(a, 'dist/b/x')?.code).toBe('OUTPUT_SHARED');
  expect(places.problemOf(a, 'dist')?.code).toBe('OUTPUT_SHARED');
  expect(places.problemOf(a, '../x')?.code).toBe('OUTPUT_OUTSIDE');
  expect(places.problemOf(a, 'dist/c')).toBeUndefined();
});

it('the graph stays whole: Nx sees no outputs of projects that share a place, and all of the others', async () => {
  const files = {
    'a/project.json': project('a', 'program', { arch: 'arm64', outputPath: 'dist/b' }),
    'b/project.json': project('b', 'initramfs', { arch: 'arm64' }),
    'c/project.json': project('c', 'program', { arch: 'arm64' }),
  };
  const inferred = await inferProjects(makeWorkspace(files), Object.keys(files));
  expect(inferred['a']!.targets['build']).toMatchObject({ cache: false, outputs: [] });
  expect(inferred['b']!.targets['build']).toMatchObject({ cache: false, outputs: [] });
  expect(inferred['c']!.targets['build']).toMatchObject({ cache: true });
  expect(inferred['c']!.targets['build']!.outputs).not.toEqual([]);
});
