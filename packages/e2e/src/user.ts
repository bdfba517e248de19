import { execFileSync, spawn } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { NOBODY, ownCaches, takeOverCaches, withoutPrivilege } from './caches.js';
import { lastingDirectory } from './choose-caches.cjs';
import { packAll } from './packed-packages.js';
import { startRegistry } from './registry.js';

/** How long a guest may take to its shell, with everything built before: minutes on a machine that does much else. */
const BOOT_MS = 40 * 60_000;

/** Somebody who knows Bringup by the registry alone: an unprivileged user with a home, an empty directory and npm. */
export interface User {
  /** An empty directory of theirs. */
  readonly directory: string;
  /** Runs a program, and gives what it printed when it ends with 0. `killAt`: SIGKILL, once that was printed. */
  run(
    cwd: string,
    argv: readonly string[],
    environment?: Record<string, string>,
    killAt?: RegExp,
  ): Promise<string>;
  /** Runs a line by the shell, types at the guest's prompt, and gives all that was seen when it ends with 0. */
  boot(
    cwd: string,
    line: string,
    typed: readonly string[],
    environment?: Record<string, string>,
  ): Promise<string>;
  /** Its home, with what npm has installed for `npm create`. */
  readonly home: string;
  /** Takes away everything but the home, whose sources and ccache make the next run fast. */
  leave(): Promise<void>;
}

/** Publishes all packages to a registry of the loopback, from which alone this user installs. */
export async function becomeUser(): Promise<User> {
  const uid = process.getuid?.() === 0 ? NOBODY : undefined;
  const base = lastingDirectory(uid ?? process.getuid!());
  const home = join(base, 'home');
  if (uid === undefined) mkdirSync(home, { recursive: true });
  else takeOverCaches(home, uid);
  // By name and version: what an earlier run published under the same ones.
  for (const installed of ['.npm/_npx', '.cache/pnpm/dlx'])
    rmSync(join(home, installed), { recursive: true, force: true });
  const scratch = mkdtempSync(join(base, 'run-'));
  const directory = join(scratch, 'empty');
  const temporary = join(scratch, 'tmp');
  const packing = join(scratch, 'packing');
  for (const path of [directory, temporary, packing]) mkdirSync(path);
  const registry = await startRegistry(join(scratch, 'registry'));
  for (const { tarball } of packAll(packing)) registry.publish(tarball);
  if (uid !== undefined) for (const path of [scratch, directory, temporary]) chownSync(path, uid, uid);

  const start = (cwd: string, argv: readonly string[], environment: Record<string, string>) => {
    const command = uid === undefined ? argv : [...withoutPrivilege(uid), ...argv];
    return spawn(command[0]!, command.slice(1), {
      cwd,
      stdio: ['pipe', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH!,
        HOME: home,
        ...(uid === undefined ? ownCaches() : {}),
        TMPDIR: temporary,
        npm_config_registry: registry.url,
        npm_config_yes: 'true',
        npm_config_update_notifier: 'false',
        NX_DAEMON: 'false',
        NX_CACHE_DIRECTORY: join(scratch, 'nx-cache'),
        NO_COLOR: '1',
        ...environment,
      },
    });
  };
  const finish = async (
    child: ReturnType<typeof start>,
    what: string,
    onOutput?: (output: string) => void,
  ) => {
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        output += String(chunk);
        onOutput?.(output);
      });
    const exitCode = await new Promise((resolve) => child.on('close', resolve));
    if (exitCode !== 0) throw new Error(`${what} in ${directory} ended with ${String(exitCode)}:\n${output}`);
    return output;
  };
  return {
    directory,
    home,
    run: async (cwd, argv, environment = {}, killAt) => {
      const child = start(cwd, argv, environment);
      child.stdin.end();
      return await finish(child, argv.join(' '), (output) => killAt?.test(output) && child.kill('SIGKILL'));
    },
    boot: async (cwd, line, typed, environment = {}) => {
      const child = start(cwd, ['sh', '-c', `exec 2>&1; ${line}`], environment);
      const tooLong = setTimeout(() => child.kill(), BOOT_MS);
      const left = [...typed];
      let answered = 0;
      const answer = (output: string) => {
        if (left.length === 0 || !/\/ # $/.test(output.slice(answered))) return;
        answered = output.length;
        child.stdin.write(`${left.shift()}\n`);
      };
      return await finish(child, line, answer).finally(() => clearTimeout(tooLong));
    },
    leave: async () => {
      await registry.stop();
      execFileSync('chmod', ['--recursive', 'u+w', scratch]);
      rmSync(scratch, { recursive: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}
