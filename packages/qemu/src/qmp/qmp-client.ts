import { createConnection, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { AbortedError, ToolError } from '@bringup/process';
import { QmpSession, type QmpEvent, type QmpState } from './qmp-session.js';

const DEFAULT_TIMEOUT_MS = 5_000;
/** Between two attempts: QEMU makes the socket some milliseconds after its start. */
const RETRY_MS = 20;

interface QmpOptions {
  /** For the connection with its negotiation, and for each command. Default 5000. */
  timeoutMs?: number;
  signal?: AbortSignal;
}

/** A connection to a QEMU's QMP socket. QEMU serves one client at a time on a socket. */
export class QmpClient {
  readonly #session: QmpSession;
  readonly #listeners = new Set<(event: QmpEvent) => void>();
  readonly #timeoutMs: number;
  readonly #negotiated: Promise<void>;

  private constructor(socket: Socket, timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
    let session!: QmpSession;
    this.#negotiated = new Promise((resolve, reject) => {
      session = new QmpSession({
        send: (line) => socket.write(line),
        onEvent: (event) => this.#listeners.forEach((listener) => listener(event)),
        onReady: resolve,
        onClosed: (reason) => {
          socket.destroy();
          reject(reason);
        },
      });
    });
    this.#session = session;
    // Rejected after the negotiation too, when nobody waits for it any more.
    this.#negotiated.catch(() => undefined);
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => session.feed(text));
    socket.on('error', () => session.close());
    socket.on('close', () => session.close());
  }

  /**
   * Connects, retrying until the socket is there, and negotiates.
   *
   * @throws ToolError `QMP_TIMEOUT`, `QMP_CLOSED`, `QMP_PROTOCOL`
   * @throws the signal's reason when aborted
   */
  static async connect(socketPath: string, options: QmpOptions = {}): Promise<QmpClient> {
    const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const deadline = Date.now() + timeoutMs;
    const late = () =>
      new ToolError('QMP_TIMEOUT', `QMP: no answer on ${socketPath} within ${timeoutMs} ms`, { socketPath });
    for (;;) {
      options.signal?.throwIfAborted();
      const socket = await openSocket(socketPath);
      if (socket) {
        const client = new QmpClient(socket, timeoutMs);
        await client.#within(client.#negotiated, deadline - Date.now(), late, options.signal);
        return client;
      }
      if (Date.now() >= deadline) throw late();
      await sleep(RETRY_MS);
    }
  }

  get state(): QmpState {
    return this.#session.state;
  }

  /**
   * Sends a command and gives its `return` value.
   *
   * @throws ToolError `QMP_ERROR` (with QEMU's `class` and `desc`), `QMP_TIMEOUT`, `QMP_CLOSED`
   */
  execute(command: string, args?: Record<string, unknown>): Promise<unknown> {
    const late = () =>
      new ToolError('QMP_TIMEOUT', `QMP: no reply to ${command} within ${this.#timeoutMs} ms`, { command });
    return this.#within(this.#session.execute(command, args), this.#timeoutMs, late);
  }

  /** Calls `listener` for each event; the result takes it away again. */
  onEvent(listener: (event: QmpEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Closes the connection; QEMU goes on. */
  close(): void {
    this.#session.close();
  }

  /** A reply that is late leaves the stream in an unknown state, so the connection is closed then. */
  async #within<T>(work: Promise<T>, ms: number, late: () => ToolError, signal?: AbortSignal): Promise<T> {
    const timer = setTimeout(() => this.#session.close(late()), Math.max(ms, 0));
    let aborted = false;
    const onAbort = () => {
      aborted = true;
      this.#session.close();
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    // Nothing listened for an abort while the socket connected.
    if (signal?.aborted) onAbort();
    try {
      return await work;
    } catch (error) {
      throw aborted ? (signal?.reason ?? new AbortedError('aborted')) : error;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    }
  }
}

/** The connected socket; undefined when nobody listens there yet. */
function openSocket(path: string): Promise<Socket | undefined> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path);
    socket.once('connect', () => {
      socket.removeAllListeners('error');
      resolve(socket);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      socket.destroy();
      if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') resolve(undefined);
      else
        reject(
          new ToolError('QMP_CLOSED', `QMP: cannot connect to ${path}: ${error.message}`, { path }, error),
        );
    });
  });
}
