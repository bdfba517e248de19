import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startProgram } from '@bringup/process';
import { QmpClient, type QmpEvent } from '../index.js';

const GREETING = '{"QMP": {"version": {}, "capabilities": ["oob"]}}\r\n';

const directory = mkdtempSync(join(tmpdir(), 'bringup-qmp-spec-'));
const servers: Server[] = [];
let count = 0;

/** A peer that answers each command by `reply`; a listening socket's path. */
async function scripted(
  onConnect: (socket: Socket) => void,
  reply: (command: string, id: number, socket: Socket) => string = (_, id) => `{"return": {}, "id": ${id}}\n`,
): Promise<string> {
  const path = join(directory, `s${count++}`);
  const server = createServer((socket) => {
    socket.setEncoding('utf8').on('error', () => undefined);
    socket.on('data', (text) => {
      for (const line of String(text).trim().split('\n')) {
        const { execute, id } = JSON.parse(line) as { execute: string; id: number };
        const accept = `{"return": {}, "id": ${id}}\n`;
        socket.write(execute === 'qmp_capabilities' ? accept : reply(execute, id, socket));
      }
    });
    onConnect(socket);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return path;
}

const greet = (socket: Socket) => void socket.write(GREETING);

afterAll(() => {
  for (const server of servers) server.close();
  rmSync(directory, { recursive: true });
});

describe('QmpClient with a scripted peer', () => {
  it('waits for a late greeting that comes in pieces', async () => {
    const path = await scripted(async (socket) => {
      await sleep(50);
      socket.write(GREETING.slice(0, 10));
      await sleep(20);
      socket.write(GREETING.slice(10));
    });
    const qmp = await QmpClient.connect(path);
    expect(qmp.state).toBe('ready');
    qmp.close();
    expect(qmp.state).toBe('closed');
    await expect(qmp.execute('stop')).rejects.toMatchObject({ code: 'QMP_CLOSED' });
  });

  it('delivers events that come between, before and in one packet with a reply', async () => {
    const path = await scripted(
      greet,
      (_, id) => `{"event": "STOP"}\n{"return": 7, "id": ${id}}\n{"event": "RESUME"}\n`,
    );
    const qmp = await QmpClient.connect(path);
    const events: QmpEvent[] = [];
    const off = qmp.onEvent((event) => events.push(event));
    expect(await qmp.execute('x')).toBe(7);
    off();
    await qmp.execute('y');
    expect(events.map(({ event }) => event)).toEqual(['STOP', 'RESUME']);
    qmp.close();
  });

  it('matches replies to commands by id', async () => {
    const held: number[] = [];
    const path = await scripted(greet, (_, id) => {
      held.push(id);
      return held.length < 2
        ? ''
        : held
            .reverse()
            .map((each) => `{"return": ${each}, "id": ${each}}\n`)
            .join('');
    });
    const qmp = await QmpClient.connect(path);
    expect(await Promise.all([qmp.execute('a'), qmp.execute('b')])).toEqual([2, 3]);
    qmp.close();
  });

  it("passes QEMU's error on", async () => {
    const error = '{"class": "CommandNotFound", "desc": "no such thing"}';
    const path = await scripted(greet, (_, id) => `{"error": ${error}, "id": ${id}}\n`);
    const qmp = await QmpClient.connect(path);
    await expect(qmp.execute('nonsense')).rejects.toMatchObject({
      name: 'ToolError',
      code: 'QMP_ERROR',
      fields: { command: 'nonsense', class: 'CommandNotFound', desc: 'no such thing' },
    });
    qmp.close();
  });

  it('rejects when the peer goes away in the middle of a reply', async () => {
    const path = await scripted(greet, (_, __, socket) => {
      socket.end('{"return": {');
      return '';
    });
    const qmp = await QmpClient.connect(path);
    await expect(qmp.execute('x')).rejects.toMatchObject({ code: 'QMP_CLOSED' });
  });

  it.each([
    ['another protocol', 'SSH-2.0\n'],
    ['null', 'null\n'],
    ['a number', '5\n'],
    ['half an object', '{"QMP": {}\n'],
    ['a line without end', 'x'.repeat((16 << 20) + 1)],
  ])('rejects what is not QMP: %s', async (_what, greeting) => {
    const path = await scripted((socket) => void socket.write(greeting));
    const connecting = QmpClient.connect(path, { timeoutMs: 240_000 });
    await expect(connecting).rejects.toMatchObject({ code: 'QMP_PROTOCOL' });
  });

  it.each([
    ['no socket', undefined],
    ['no greeting', () => undefined],
  ] as const)('times out: %s', async (_, onConnect) => {
    const path = onConnect ? await scripted(onConnect) : join(directory, 'nothing');
    await expect(QmpClient.connect(path, { timeoutMs: 80 })).rejects.toMatchObject({ code: 'QMP_TIMEOUT' });
  });

  it('times out when a reply never comes', async () => {
    const path = await scripted(greet, () => '');
    const qmp = await QmpClient.connect(path, { timeoutMs: 80 });
    await expect(qmp.execute('x')).rejects.toMatchObject({ code: 'QMP_TIMEOUT', fields: { command: 'x' } });
  });

  it('stops when aborted before the socket is connected', async () => {
    const reason = new Error('enough');
    const path = await scripted(() => undefined);
    const controller = new AbortController();
    const connecting = QmpClient.connect(path, { signal: controller.signal });
    controller.abort(reason);
    await expect(connecting).rejects.toBe(reason);
  });

  it('stops connecting when aborted', async () => {
    const reason = new Error('enough');
    const path = await scripted(() => undefined);
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), 30);
    await expect(QmpClient.connect(path, { signal: controller.signal })).rejects.toBe(reason);
  });
});

describe('QmpClient with the real QEMU', () => {
  it('connects while QEMU starts, asks its version and quits', async () => {
    const path = join(directory, 'real');
    const argv = ['qemu-system-x86_64', '-M', 'none', '-display', 'none', '-nodefaults'] as const;
    const qemu = await startProgram([...argv, '-qmp', `unix:${path},server=on,wait=off`]);
    try {
      const qmp = await QmpClient.connect(path, { timeoutMs: 240_000 });
      expect(await qmp.execute('query-version')).toMatchObject({ qemu: { major: expect.any(Number) } });
      await expect(qmp.execute('no-such')).rejects.toMatchObject({ fields: { class: 'CommandNotFound' } });
      await qmp.execute('quit');
      expect(await qemu.exited).toEqual({ exitCode: 0 });
    } finally {
      await qemu.stop();
    }
  });
});
