import { runProgram } from '@bringup/process';
import { compareDebianVersions } from './debian-version.js';

const versions = [
  '1.0~rc1-1',
  '1.0',
  '1.0-1',
  '1.0-1+deb12u1',
  '1.0-1+deb12u10',
  '1.0-1.1',
  '1.0a',
  '1.0+b',
  '1.2.10',
  '1.10',
  '1:0.9',
  '6.1.9-1',
  '6.1.10-1',
  '6.12.3-1~bpo12+1',
  '20240101120000-1',
  '0',
];

it('orders as dpkg does', async () => {
  const pairs = versions.flatMap((a, index) => versions.slice(index).map((b) => [a, b] as const));
  const sign = (a: string, b: string) => Math.sign(compareDebianVersions(a, b));
  // One shell for all: a dpkg per question takes a while.
  const script =
    'while read -r a b; do for op in lt eq gt; do dpkg --compare-versions "$a" $op "$b" && echo $op; done; done; true';
  const { stdout } = await runProgram(['sh', '-c', script], {
    input: pairs.map((pair) => `${pair.join(' ')}\n`).join(''),
  });
  const words = { '-1': 'lt', '0': 'eq', '1': 'gt' } as Record<string, string>;
  expect(pairs.map(([a, b]) => `${a} ${b} ${words[sign(a, b)]}`)).toEqual(
    stdout
      .trim()
      .split('\n')
      .map((op, index) => `${pairs[index]!.join(' ')} ${op}`),
  );
  expect(pairs.every(([a, b]) => sign(a, b) === -sign(b, a) || sign(a, b) === 0)).toBe(true);
});
