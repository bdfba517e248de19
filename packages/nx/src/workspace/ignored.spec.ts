import { isIgnored } from './ignored.js';
import { makeWorkspace } from '../testing/workspace.js';

it.each<[Record<string, string>, string, boolean]>([
  [{}, 'kernel/a.config', false],
  [{ '.gitignore': '*.config\n' }, 'kernel/a.config', true],
  [{ '.gitignore': '*.config\n!a.config\n' }, 'kernel/a.config', false],
  [{ '.gitignore': 'local/\n' }, 'kernel/local/a.config', true],
  [{ '.gitignore': 'dist\nlocal/\n', '.nxignore': '*.config' }, 'kernel/local/a', true],
  [{ '.gitignore': 'local/\n' }, 'kernel/local', false],
  [{ '.gitignore': '/a.config\n' }, 'kernel/a.config', false],
  [{ 'kernel/.gitignore': '/a.config\n' }, './kernel/a.config', true],
  [{ '.gitignore': '*.config\n', 'kernel/.gitignore': '!a.config\n' }, 'kernel/a.config', false],
  [{ '.gitignore': 'kernel/\n', 'kernel/.gitignore': '!a.config\n' }, 'kernel/a.config', true],
  [{ '.nxignore': 'kernel\n' }, 'kernel/a.config', true],
  [{ '.ignore': 'a.*\n' }, 'kernel/a.config', true],
  [{}, 'node_modules/@acme/fragments/a.config', true],
])('%j: %s %s', (files, path, expected) => expect(isIgnored(makeWorkspace(files), path)).toBe(expected));
