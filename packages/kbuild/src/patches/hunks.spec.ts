import { readPatch } from './hunks.js';

const DIFF = `--- a/init/main.c\t2024-01-01 00:00:00
+++ b/init/main.c
@@ -3,3 +3,4 @@ static int x;
 a
-b
+B
+C
 c
`;

describe('readPatch', () => {
  it('reads names, hunks and their lines', () => {
    expect(readPatch(DIFF)).toEqual({
      files: [
        {
          ...{ from: 'a/init/main.c', to: 'b/init/main.c', line: 1 },
          hunks: [{ line: 3, start: 3, before: ['a', 'b', 'c'] }],
        },
      ],
      faults: [],
    });
  });

  it('passes over the text of mails, their signatures, and separators', () => {
    const mail = `From 0123 Mon Sep 17 00:00:00 2001\nSubject: [PATCH] x\n\nwhy\n---\n init/main.c | 3 +-\n\ndiff --git a/init/main.c b/init/main.c\n${DIFF}-- \n2.39.5\n\n`;
    const { files, faults } = readPatch(mail + mail);
    expect(faults).toEqual([]);
    expect(files.map(({ line }) => line)).toEqual([9, 28]);
  });

  it.each([
    [
      'a removed line that looks like a name',
      '--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n--- x\n+++ y\n z\n',
      ['-- x', 'z'],
    ],
    [
      'an empty context line without its blank',
      '--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n a\n\n-b\n+c\n',
      ['a', '', 'b'],
    ],
    ['no newline at the end', '--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n', ['a']],
    ['lines that end by CR LF', '--- a/f\r\n+++ b/f\r\n@@ -1,2 +1 @@\r\n a\r\n-b\r\n', ['a', 'b']],
  ])('reads %s', (_, text, before) => {
    const { files, faults } = readPatch(text);
    expect({ faults, before: files[0]!.hunks[0]!.before }).toEqual({ faults: [], before });
  });

  it.each([
    [
      'a hunk that is cut short',
      `${DIFF.slice(0, DIFF.indexOf('+C'))}`,
      3,
      /has not as many lines as it announces/,
    ],
    ['a binary change', 'diff --git a/x b/x\nGIT binary patch\nliteral 3\n', 2, /binary change of git/],
    [
      'an encoded mail',
      'Subject: x\nContent-Transfer-Encoding: quoted-printable\n\n',
      2,
      /mail in quoted-printable/,
    ],
  ])('refuses %s', (_, text, line, problem) => {
    expect(readPatch(text).faults).toEqual([{ line, problem: expect.stringMatching(problem) as string }]);
  });
});
