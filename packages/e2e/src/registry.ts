import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A registry of our own on the loopback: what is published to it is there, all else comes from the user's registry. */
interface Registry {
  readonly url: string;
  publish(tarball: string): void;
  stop(): Promise<void>;
}

const npmConfig = (name: string) => {
  const value = execFileSync('npm', ['config', 'get', name], { encoding: 'utf8' }).trim();
  return value === 'null' || value === 'undefined' ? undefined : value;
};

/** Lets Verdaccio tolerate failures. By default, after two of them it answers for five minutes that the package does not exist. */
const PATIENT = { timeout: '5m', max_fails: 1000, fail_timeout: '1s', maxage: '60m' };

/** @param directory empty, and removed by the caller; Verdaccio keeps its packages there */
export async function startRegistry(directory: string): Promise<Registry> {
  mkdirSync(directory, { recursive: true });
  const open = { access: '$all', publish: '$all' };
  const configuration = {
    storage: join(directory, 'storage'),
    configPath: join(directory, 'configuration.json'),
    web: { enable: false },
    auth: { htpasswd: { file: join(directory, 'htpasswd'), max_users: -1 } },
    uplinks: { user: { url: npmConfig('registry'), ...PATIENT } },
    packages: { '@bringup/*': open, 'create-bringup': open, '**': { access: '$all', proxy: 'user' } },
    publish: { allow_offline: true },
    max_body_size: '50mb',
    log: { type: 'stdout', level: 'error', format: 'pretty' },
  };
  writeFileSync(configuration.configPath, JSON.stringify(configuration));
  const authorities = npmConfig('cafile');
  const server = spawn(process.execPath, [join(__dirname, 'registry-main.cjs'), configuration.configPath], {
    stdio: ['pipe', 'pipe', 'inherit'],
    // As npm trusts it; an uplink's own "ca" is the certificate itself.
    env: { ...process.env, ...(authorities ? { NODE_EXTRA_CA_CERTS: authorities } : {}) },
  });
  const ended = new Promise<void>((resolve) => server.on('close', () => resolve()));
  const port = await new Promise<string>((resolve, reject) => {
    createInterface({ input: server.stdout! }).on('line', (line) => /^\d+$/.test(line) && resolve(line));
    void ended.then(() => reject(new Error('Verdaccio did not start')));
  });
  const host = `127.0.0.1:${port}`;
  return {
    url: `http://${host}/`,
    publish: (tarball) => {
      // npm publishes only with a token; the registry takes any.
      const options = [`--registry=http://${host}/`, `--//${host}/:_authToken=anybody`];
      execFileSync('npm', ['publish', tarball, '--ignore-scripts', ...options], {
        stdio: ['ignore', 'ignore', 'pipe'],
      });
    },
    stop: async () => {
      server.stdin!.end();
      await ended;
    },
  };
}
