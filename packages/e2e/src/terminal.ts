import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { nxEnvironment } from './nx-run.js';

/** A real terminal in which nx runs: keys typed by tmux, the screen read back. */
export class Terminal {
  private readonly socket = `bringup-e2e-${process.pid}`;

  constructor(
    private readonly workspace: string,
    private readonly environment: Record<string, string> = {},
  ) {}

  /** Starts `nx run …`; what ran before is gone. */
  start(...args: string[]): void {
    this.close();
    const environment = { ...nxEnvironment(this.workspace, this.environment), TERM: 'xterm' };
    const nxBin = join(this.workspace, 'node_modules/nx/dist/bin/nx.js');
    const pairs = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
    const command = ['env', '-i', ...pairs, process.execPath, nxBin, 'run', ...args];
    const size = ['-x', '100', '-y', '30'];
    this.tmux('new-session', '-d', '-s', 'edit', ...size, '-c', this.workspace, ...command);
    this.tmux('set-option', '-t', 'edit', 'remain-on-exit', 'on');
  }

  screen(): string {
    return this.tmux('capture-pane', '-p', '-t', 'edit');
  }

  async until(pattern: RegExp, seconds = 60): Promise<void> {
    const end = Date.now() + seconds * 1000;
    while (!pattern.test(this.screen())) {
      if (Date.now() > end)
        throw new Error(`${String(pattern)} did not appear on the screen:\n${this.screen()}`);
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
    try {
      this.tmux('kill-server');
    } catch {
      // None is running.
    }
  }

  private tmux(...args: string[]): string {
    return execFileSync('tmux', ['-L', this.socket, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }
}
