import assert from 'node:assert';
import { test } from 'node:test';
import { habits, sentences } from './prose.mjs';

const found = (path, text) => habits(path, text).map(({ line, sentence }) => `${line}: ${sentence}`);

test('finds a habit in a comment, a text and the name of a test, by its line', () => {
  const code = [
    '/** What a board is made of. */',
    "it('is told', () => {",
    "  throw new Error('x is no board');",
    '});',
  ];
  assert.deepEqual(found('a.ts', code.join('\n')), [
    '1: What a board is made of.',
    '2: is told',
    '3: x is no board',
  ]);
});

test('leaves alone what a native speaker says', () => {
  const page = [
    'There is no board of this name.',
    'It is no longer built.',
    '# What it is',
    'What is missing?',
    'Therefore it waits.',
  ];
  assert.deepEqual(found('a.md', page.join('\n')), []);
});

test('reads descriptions of a schema, and no code of a page', () => {
  assert.deepEqual(found('schema.json', '"description": "Of the files, one. It is as it is."').length, 2);
  assert.deepEqual(found('a.md', '```sh\n# What it is.\n```\nThe disk is no file.'), [
    '4: The disk is no file.',
  ]);
});

test('reads a sentence that goes on in the next line', () => {
  assert.deepEqual(found('a.ts', ' * One. The disk is\n * no file.\n * @param x of it'), [
    '1: The disk is no file.',
  ]);
  assert.deepEqual(found('a.md', 'The disk is\nno file.\n\nOther'), ['1: The disk is no file.']);
});

test('splits a line into sentences', () => {
  assert.deepEqual(
    sentences('a.md', 'One. Two.').map(({ sentence }) => sentence),
    ['One.', 'Two.'],
  );
});
