/** Settings of this machine that a bare machine gets: the mirror, apt's and npm's settings, the environment, certificates. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Runs a program to its end. @returns {string} its stdout */
export function output(argv, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(argv[0], argv.slice(1), {
    encoding: 'utf8',
    ...options,
  });
  if (error?.code === 'ENOENT')
    throw new Error(`${argv[0]} is missing. Install it: apt-get install ${argv[0]}`);
  if (error) throw error;
  if (status !== 0)
    throw new Error(`${argv.join(' ')} failed with exit code ${status}: ${(stderr ?? '').trim()}`);
  return stdout;
}

/**
 * The lines of sources.list by which a suite comes from the same mirror.
 *
 * @param {string} targets what `apt-get indextargets` prints in the format `URI LABEL`, a line for each list of packages
 * @param {string} suite
 * @returns {string[]}
 */
export function sourcesOf(targets, suite) {
  const uriOf = (label) =>
    targets
      .split('\n')
      .map((line) => line.split(' '))
      .find(([, found]) => found === label)?.[0];
  const [archive, security] = [uriOf('Debian'), uriOf('Debian-Security')];
  if (archive === undefined)
    throw new Error('apt has no list of a Debian mirror. Run apt-get update on this machine first.');
  if (suite === 'sid') return [`deb ${archive} sid main`];
  return [
    `deb ${archive} ${suite} main`,
    `deb ${archive} ${suite}-updates main`,
    ...(security === undefined ? [] : [`deb ${security} ${suite}-security main`]),
  ];
}

/** @returns {string[]} the lines of sources.list for a suite, by the mirror of this machine */
export function readSources(suite) {
  const format = ['--format', '$(REPO_URI) $(LABEL)', 'Created-By: Packages'];
  return sourcesOf(output(['apt-get', 'indextargets', ...format]), suite);
}

/** How apt speaks with mirrors, as opposed to what it reads from them. */
const NETWORK_OPTION =
  /^Acquire::(Check-Valid-Until|Check-Date|Retries|ForceIPv[46]|(http|https|ftp)(::\S+)?) "[^"]/;

/** @param {string} dump what `apt-config dump` prints @returns {string[]} the lines for a file of apt.conf.d */
export function aptNetworkOptions(dump) {
  return dump.split('\n').filter((line) => NETWORK_OPTION.test(line));
}

/** @returns {string[]} apt's network options on this machine */
export function readAptOptions() {
  return aptNetworkOptions(output(['apt-config', 'dump']));
}

/** Variables that say how to reach servers. Others of npm's name directories of this machine. */
const NETWORK_VARIABLE =
  /^((https?|ftp|all|no)_proxy|npm_config_(registry|proxy|https?_proxy|noproxy|cafile|strict_ssl)|NODE_EXTRA_CA_CERTS)$/i;

/** @param {NodeJS.ProcessEnv} env @returns {Record<string, string>} */
export function networkEnvironment(env) {
  return Object.fromEntries(Object.entries(env).filter(([name]) => NETWORK_VARIABLE.test(name)));
}

/** @returns {{ user: string, global: string }} npm's two files of settings, empty where there is none */
export function readNpmSettings() {
  const read = (name) => {
    const path = output(['npm', 'config', 'get', name], { cwd: homedir() }).trim();
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  };
  return { user: read('userconfig'), global: read('globalconfig') };
}

const CERTIFICATES = '/usr/local/share/ca-certificates';

/** @returns {string[]} the certificates that this machine trusts beside Debian's (update-ca-certificates(8)) */
export function localCertificates() {
  if (!existsSync(CERTIFICATES)) return [];
  const files = readdirSync(CERTIFICATES, { recursive: true }).filter((name) => name.endsWith('.crt'));
  return files.sort().map((name) => join(CERTIFICATES, name));
}
