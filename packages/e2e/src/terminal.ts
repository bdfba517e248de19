import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { nxEnvironment } from './nx-run.js';

/** The terminal modes that a program can switch, by tmux's names. */
const MODES = [
  'wrap_flag',
  'cursor_flag',
  'insert_flag',
  'alternate_on',
  'keypad_flag',
  'keypad_cursor_flag',
  'mouse_any_flag',
  'scroll_region_upper',
  'scroll_region_lower',
];

let servers = 0;

/** A real terminal in which nx runs: keys typed by tmux, the screen read back. */
export class Terminal {
  private socket = '';

  constructor(
    private readonly workspace: string,
    private readonly environment: Record<string, string> = {},
  ) {}

  /** Starts `nx run …`; what ran before is gone. */
  start(...args: string[]): void {
    this.open([process.execPath, this.nxBin, 'run', ...args]);
  }

  /** Starts a shell, in which `nx` is a function; what ran before is gone. */
  async startShell(): Promise<void> {
    this.open(['bash', '--norc', '--noprofile']);
    await this.type(`nx() { '${process.execPath}' '${this.nxBin}' "$@"; }; PS1='host> '; clear`);
    await this.until(/^host>$/m);
  }

  private open(program: readonly string[]): void {
    this.close();
    // A new socket name, because a killed server still answers on its socket for a moment.
    this.socket = `bringup-e2e-${process.pid}-${(servers += 1)}`;
    const environment = { ...nxEnvironment(this.workspace, this.environment), TERM: 'xterm' };
    const pairs = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
    const command = ['env', '-i', ...pairs, ...program];
    const size = ['-x', '100', '-y', '30'];
    this.tmux('new-session', '-d', '-s', 'edit', ...size, '-c', this.workspace, ...command);
    this.tmux('set-option', '-t', 'edit', 'remain-on-exit', 'on');
  }

  private get nxBin(): string {
    return join(this.workspace, 'node_modules/nx/dist/bin/nx.js');
  }

  /** Types a line literally, then Enter. */
  async type(line: string): Promise<void> {
    this.tmux('send-keys', '-t', 'edit', '-l', line);
    await this.keys('Enter');
  }

  /** The current value of each mode. */
  modes(): Record<string, string> {
    const format = MODES.map((name) => `#{${name}}`).join(' ');
    const values = this.tmux('display-message', '-p', '-t', 'edit', format).trim().split(' ');
    return Object.fromEntries(MODES.map((name, index) => [name, values[index]!]));
  }

  screen(): string {
    return this.tmux('capture-pane', '-p', '-t', 'edit');
  }

  /** The screen with the escape sequences of its colours. */
  styledScreen(): string {
    return this.tmux('capture-pane', '-p', '-e', '-t', 'edit');
  }

  async until(pattern: RegExp, seconds = 60): Promise<void> {
    const end = Date.now() + seconds * 1000;
    while (!pattern.test(this.screen())) {
      if (Date.now() > end)
        throw new Error(`${String(pattern)} did not appear on the screen:\n${this.screen()}`);
      await sleep(200);
    }
  }

  /** Until the program in it has ended. tmux also says so on the screen, but not wherever the cursor was left. */
  async untilEnded(seconds = 60): Promise<void> {
    const end = Date.now() + seconds * 1000;
    while (this.tmux('display-message', '-p', '-t', 'edit', '#{pane_dead}').trim() !== '1') {
      if (Date.now() > end) throw new Error(`The program has not ended:\n${this.screen()}`);
      await sleep(200);
    }
  }

  async keys(...names: string[]): Promise<void> {
    for (const name of names) {
      this.tmux('send-keys', '-t', 'edit', name);
      await sleep(400);
    }
  }

  close(): void {
    if (this.socket === '') return;
    try {
      this.tmux('kill-server');
    } catch {
      // No server is running.
    }
  }

  private tmux(...args: string[]): string {
    return execFileSync('tmux', ['-L', this.socket, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }
}
