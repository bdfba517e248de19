import { setTimeout as sleep } from 'node:timers/promises';
import { createLineRelay } from './line-relay.js';

it('puts characters together to lines, and passes a prompt on when nothing more comes', async () => {
  const written: string[] = [];
  const relay = createLineRelay((text) => written.push(text));
  for (const character of 'one\r\ntwo\r\n/ # ') relay.push(character);
  expect(written).toEqual(['one\r\n', 'two\r\n']);
  await sleep(400);
  expect(written).toEqual(['one\r\n', 'two\r\n', '/ # ']);
  relay.push('poweroff');
  relay.end();
  expect(written.join('')).toBe('one\r\ntwo\r\n/ # poweroff');
});
