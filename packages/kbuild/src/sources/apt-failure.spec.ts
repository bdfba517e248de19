import { complaintsOf } from './apt-failure.js';

it.each<[string, string[], string[]]>([
  [
    'the answer below the line of the failed download',
    ['Ign:1 http://a ./ demo 1', 'Err:1 http://a ./ demo 1', '  503  Backend is asleep [IP: 10.0.0.1 80]'],
    ['Err:1 http://a ./ demo 1', '  503  Backend is asleep [IP: 10.0.0.1 80]'],
  ],
  [
    'all lines of a long answer, and not what follows it',
    [
      'Err:2 http://a ./ demo 1',
      '  File has unexpected size',
      '  Hashes of expected file:',
      'Get:3 http://a',
      '  x',
    ],
    ['Err:2 http://a ./ demo 1', '  File has unexpected size', '  Hashes of expected file:'],
  ],
  [
    'errors and warnings, each once',
    ['Reading package lists...', 'W: old', 'E: Failed to fetch http://a  404  Not Found', 'W: old'],
    ['W: old', 'E: Failed to fetch http://a  404  Not Found'],
  ],
  ['everything where apt marks nothing', ['Killed'], ['Killed']],
])('takes %s', (_what, output, complaints) => {
  expect(complaintsOf(output)).toEqual(complaints);
});
