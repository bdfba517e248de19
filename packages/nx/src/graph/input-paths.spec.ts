import { inputPaths } from './input-paths.js';

it.each([
  ['a file', '{workspaceRoot}/a/b.config', ['a/b.config']],
  ['the directory above a pattern', '{workspaceRoot}/a/*/c.h', ['a']],
  ['the directory above a choice', '{workspaceRoot}/a/{src,scripts}/**/*', ['a']],
  ['a pattern at the root', '{workspaceRoot}/*.json', ['.']],
  ['a directory of the project', '{projectRoot}/src/**/*', ['app/src']],
  ['the project', '{projectRoot}/**/*', ['app']],
  ['a fileset', { fileset: '{projectRoot}/main.c' }, ['app/main.c']],
  ['what a pattern leaves out', '!{projectRoot}/README.md', []],
  ['a named input', '^default', []],
  ['artifacts', { dependentTasksOutputFiles: '**/Image' }, []],
  ['packages', { externalDependencies: ['@bringup/engine'] }, []],
  ['a command that is not ours', { runtime: 'sh scripts/tree-hash.sh a' }, []],
])('%s', (_what, input, paths) => expect(inputPaths([input], 'app')).toEqual(paths));
