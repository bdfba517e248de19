import { withoutLogged } from './kernel-log.js';

const LOG =
  'Linux version 6.1\nRun /init as init process\nlab: tick 1\nlab: tick 2\nlab: tick 3\nlab: later\n';
const BEFORE = 'Linux version 6.1\nRun /init as init process\n/ # lab: tick 1\n';

describe('withoutLogged', () => {
  it.each([
    ['between lines', 'line1\nlab: tick 2\nline2\n', 'line1\nline2\n'],
    ['in the middle of a line', 'lilab: tick 2\nne1\nline2\n', 'line1\nline2\n'],
    ['one after the other', 'line1\nlab: tick 2\nlab: tick 3\nline2\n', 'line1\nline2\n'],
    ['not at all', 'line1\nline2\n', 'line1\nline2\n'],
    ['words of an earlier message', 'lab: tick 1\n', 'lab: tick 1\n'],
    ['after one that did not get to the console', 'a\nlab: later\nb\n', 'a\nb\n'],
  ])('takes messages out: %s', (_, output, left) => expect(withoutLogged(output, LOG, BEFORE)).toBe(left));

  it.each(['[    1.000000] ', '<6>[    1.000000] ', '[    1.000000][    T1] ', '<6>', ''])(
    'reads a log whose lines begin with "%s"',
    (prefix) => {
      const log = LOG.replaceAll(/^(?=.)/gm, prefix);
      expect(withoutLogged('a\nlab: tick 2\nb\n', log, BEFORE)).toBe('a\nb\n');
    },
  );
});
