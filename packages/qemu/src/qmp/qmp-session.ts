import { ToolError } from '@bringup/process';

/** An asynchronous message of QEMU's (`SHUTDOWN`, `STOP`, …). */
export interface QmpEvent {
  event: string;
  data?: Record<string, unknown>;
  timestamp?: { seconds: number; microseconds: number };
}

/** `greeting`: waiting for it; `negotiating`: `qmp_capabilities` is out; `ready`: commands may be sent. */
export type QmpState = 'greeting' | 'negotiating' | 'ready' | 'closed';

/** QEMU's longest reply (query-qmp-schema) has some 200 kB. */
const MESSAGE_LIMIT = 16 << 20;

interface Pending {
  command: string;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
}

interface Message extends Partial<QmpEvent> {
  QMP?: unknown;
  return?: unknown;
  error?: { class?: string; desc?: string };
  id?: number;
}

interface QmpSessionHandlers {
  send: (line: string) => void;
  onEvent: (event: QmpEvent) => void;
  /** Called once, when commands may be sent. */
  onReady: () => void;
  /** Called once, when the session is over. */
  onClosed: (reason: ToolError) => void;
}

/**
 * QMP's state machine over any stream of text (QEMU, docs/interop/qmp-spec): the server greets, the client
 * leaves capabilities negotiation by `qmp_capabilities`, then every command has one reply that carries its
 * `id`. Messages are JSON objects, a line each; events come between them at any time.
 */
export class QmpSession {
  #state: QmpState = 'greeting';
  #partial = '';
  #nextId = 1;
  readonly #pending = new Map<number, Pending>();

  constructor(private readonly handlers: QmpSessionHandlers) {}

  get state(): QmpState {
    return this.#state;
  }

  /** Text as it came from the socket; may begin and end anywhere in a message. */
  feed(text: string): void {
    // Only the new text is searched: a long message that comes in many pieces takes linear time.
    const [end = '', ...starts] = text.split('\n');
    this.#partial += end;
    for (const start of starts) {
      const line = this.#partial;
      this.#partial = start;
      if (line.trim() && this.#state !== 'closed') this.#receive(line);
    }
    if (this.#partial.length > MESSAGE_LIMIT) this.close(notQmp(this.#partial));
  }

  /** The command's `return` value. @throws ToolError `QMP_ERROR`, `QMP_CLOSED` */
  execute(command: string, args?: Record<string, unknown>): Promise<unknown> {
    if (this.#state !== 'ready')
      return Promise.reject(closed(`it is not ready for ${command} (${this.#state})`));
    return this.#request(command, args);
  }

  /** Ends the session: whatever waits is rejected. */
  close(reason: ToolError = closed('the connection was closed')): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    for (const { reject } of this.#pending.values()) reject(reason);
    this.#pending.clear();
    this.handlers.onClosed(reason);
  }

  #request(command: string, args?: Record<string, unknown>): Promise<unknown> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { command, resolve, reject });
      this.handlers.send(`${JSON.stringify({ execute: command, arguments: args, id })}\n`);
    });
  }

  #receive(line: string): void {
    let message: Message;
    try {
      message = JSON.parse(line) as Message;
    } catch (cause) {
      return this.close(notQmp(line, cause));
    }
    if (typeof message !== 'object' || message === null) return this.close(notQmp(line));
    if (message.event !== undefined) return this.handlers.onEvent(message as QmpEvent);
    if (message.QMP !== undefined && this.#state === 'greeting') return this.#negotiate();
    this.#settle(message);
  }

  #negotiate(): void {
    this.#state = 'negotiating';
    this.#request('qmp_capabilities').then(
      () => {
        if (this.#state !== 'negotiating') return;
        this.#state = 'ready';
        this.handlers.onReady();
      },
      (error: unknown) => this.close(error as ToolError),
    );
  }

  #settle(message: Message): void {
    // A reply without an id answers a line that QEMU could not parse; replies come in order, so it is the oldest.
    const id = message.id ?? this.#pending.keys().next().value;
    const pending = id === undefined ? undefined : this.#pending.get(id);
    if (id === undefined || !pending) return;
    this.#pending.delete(id);
    if (!message.error) return pending.resolve(message.return);
    const { class: errorClass = 'GenericError', desc = 'it does not say why' } = message.error;
    const fields = { command: pending.command, class: errorClass, desc };
    pending.reject(
      new ToolError('QMP_ERROR', `QMP ${pending.command} failed: ${desc} (${errorClass})`, fields),
    );
  }
}

function notQmp(line: string, cause?: unknown): ToolError {
  const start = line.slice(0, 200);
  return new ToolError('QMP_PROTOCOL', `QMP: not a JSON message: ${start}`, { line: start }, cause);
}

function closed(why: string): ToolError {
  return new ToolError('QMP_CLOSED', `QMP: ${why}`, {});
}
