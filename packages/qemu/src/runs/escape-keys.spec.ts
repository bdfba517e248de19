import { EscapeKeys } from './escape-keys.js';

it.each([
  [['ls\r'], 'ls\r', false],
  [['\u0003'], '\u0003', false],
  [['\u0001', 'x'], '\u0001x', false],
  [['\u0001c'], '\u0001c', false],
  [['\u0001\u0001d'], '\u0001\u0001d', false],
  [['ab\u0001', 'D', 'rest'], 'ab', true],
  [['\u0001d'], '', true],
])('%j passes %j on, detaches: %s', (typed, passed, detached) => {
  const keys = new EscapeKeys();
  let pass = '';
  for (const text of typed) {
    const result = keys.feed(Buffer.from(text, 'latin1'));
    pass += result.pass.toString('latin1');
    if (result.detach) return expect([pass, true]).toEqual([passed, detached]);
  }
  expect([pass, false]).toEqual([passed, detached]);
});
