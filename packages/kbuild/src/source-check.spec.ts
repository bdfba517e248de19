import { checkPaths } from './source-check.js';

const refusal = (source: string, out: string) => {
  try {
    checkPaths({ source: { path: source }, out });
  } catch (error) {
    return error as Error & { code: string };
  }
  return undefined;
};

it.each([
  ...['a b', 'a\tb', 'a\nb', 'a:b', 'a$b', 'a;b', 'a&b', 'a%b', 'a=b', 'a#b', "a'b", 'a"b', 'a`b', 'a\\b'],
  ...['a|b', 'a<b', 'a>b', 'a(b', 'a)b', 'a*b', 'a?b', 'a[b', 'a]b', 'a\x01b', 'a\x7fb'],
])('refuses %j by its character, in the workspace and in a source', (name) => {
  const character = name[1] === ' ' ? 'a blank' : JSON.stringify(name[1]);
  expect(refusal('/src', `/ws/${name}/out`)).toMatchObject({
    code: 'PATH_UNSUITABLE',
    message: `make cannot work in ${JSON.stringify(`/ws/${name}/out`)}: the path has ${character} in it, which make or its shell reads as syntax. Move the workspace.`,
  });
  expect(refusal(`/${name}`, '/ws/out')?.message).toContain('BRINGUP_HOME');
});

it.each(['/home/ann/work_1/a-b.c+d', '/mnt/a,b/@x/{y}/~z!', '/home/jürgen/プロジェクト'])(
  'takes %s',
  (path) => {
    expect(refusal(path, path)).toBeUndefined();
  },
);
