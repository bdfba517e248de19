import { findDeclaration } from '../workspace/declaration.js';
import { checkReferences } from './check-references.js';

/** The kind, the options and the variants of each project. */
const WORKSPACE: Readonly<Record<string, readonly [kind: string, options: object, configurations?: object]>> =
  {
    linux: ['kernel', {}],
    release: ['kernel', {}, { release: { embeddedInitramfs: 'modular' } }],
    tools: ['kernel-module', { kernel: 'linux' }],
    modular: ['initramfs', { modules: [{ project: 'tools' }] }],
    plain: ['initramfs', {}],
    disk: ['disk-image', { partitions: [{ initramfs: 'plain' }] }],
  };

function check(project: string, change: object): () => void {
  const [, own] = WORKSPACE[project]!;
  const options = { ...own, ...change };
  const declarationOf = (name: string) => {
    const [kind, written, configurations] = WORKSPACE[name]!;
    const targets = {
      build: {
        executor: `@bringup/nx:${kind}`,
        options: name === project ? options : written,
        configurations,
      },
    };
    return findDeclaration({ name, root: name, targets });
  };
  const projects = Object.keys(WORKSPACE);
  return () =>
    checkReferences({ declaration: declarationOf(project), declarationOf, project, projects }, options);
}

it('accepts a circle that only another variant would close: those are separate builds', () => {
  const modules = [{ project: 'tools' }];
  expect(check('modular', { modules })).not.toThrow();
  expect(check('tools', { kernel: 'release' })).not.toThrow();
});

it('takes references to other projects that are not made from this one', () => {
  expect(check('linux', { embeddedInitramfs: 'plain' })).not.toThrow();
  expect(check('modular', { files: [{ path: 'k', from: 'linux:Image' }] })).not.toThrow();
});

it.each<[string, object, string, RegExp]>([
  [
    'linux',
    { embeddedInitramfs: 'plian' },
    'UNKNOWN_PROJECT',
    /embeddedInitramfs: there is no project "plian".*plain/,
  ],
  ['linux', { embeddedInitramfs: 'linux' }, 'INITRAMFS_CYCLE', /\(linux → linux\)/],
  [
    'linux',
    { embeddedInitramfs: 'modular' },
    'INITRAMFS_CYCLE',
    /\(linux → modular → tools → linux\).*Build the drivers in/,
  ],
  [
    'plain',
    { files: [{ path: 'self', from: 'plain:initramfs.cpio.gz' }] },
    'MADE_FROM_ITSELF',
    /^files\[0\]\.from: plain cannot be made from itself\. Name another project, or remove the option$/,
  ],
])('refuses of %s %j with %s', (project, change, code, message) => {
  expect(check(project, change)).toThrow(
    expect.objectContaining({ code, message: expect.stringMatching(message) }),
  );
});
