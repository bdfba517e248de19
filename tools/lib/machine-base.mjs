/** A suite's base system: Debian's minimal system with git, made by mmdebstrap, and kept as a tarball for a week. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { localCertificates, output, readAptOptions, readSources } from './machine-settings.mjs';

export const SUITES = ['bookworm', 'trixie', 'sid'];

/** Sid moves, and so do the security versions of the others. */
const MAX_AGE_MS = 7 * 24 * 3600_000;

/** README asks for git; programs that reach a server by https need certificates. */
const PACKAGES = ['ca-certificates', 'git'];

/**
 * @param {{ suite: string, cache?: string, fresh: boolean }} given
 * @returns {string} the path of the tarball
 */
export function baseTarball({ suite, cache, fresh }) {
  const directory =
    cache ?? join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'bringup-machines');
  const sources = readSources(suite);
  const options = readAptOptions();
  const certificates = localCertificates();
  const content = [
    ...sources,
    ...options,
    ...certificates.map((path) => readFileSync(path, 'utf8')),
    ...PACKAGES,
  ];
  const key = createHash('sha256').update(content.join('\n')).digest('hex').slice(0, 12);
  const tarball = join(directory, `${suite}-${process.arch}-${key}.tar`);
  if (!fresh && existsSync(tarball) && Date.now() - statSync(tarball).mtimeMs < MAX_AGE_MS) return tarball;
  mkdirSync(directory, { recursive: true });
  makeBase({ suite, tarball, sources, options, certificates });
  return tarball;
}

function makeBase({ suite, tarball, sources, options, certificates }) {
  console.log(`== ${suite}: the base system, by ${sources.join(', ')}`);
  const aside = `${tarball}.${process.pid}.tar`;
  const scratch = mkdtempSync(join(tmpdir(), 'bringup-base-'));
  const config = join(scratch, 'apt.conf');
  writeFileSync(config, options.map((line) => `${line}\n`).join(''));
  // mmdebstrap copies files itself: `upload FILE PATH`, without a shell. The directory has to be there.
  const hooks = [
    '--setup-hook=mkdir -p "$1/usr/local/share/ca-certificates" "$1/etc/apt/apt.conf.d"',
    ...certificates.map((path) => `--setup-hook=upload ${path} ${path}`),
    `--customize-hook=upload ${config} /etc/apt/apt.conf.d/90network`,
  ];
  const argv = [
    ...['mmdebstrap', '--quiet', '--mode=root', '--variant=minbase', '--format=tar'],
    ...[`--include=${PACKAGES.join(',')}`, `--aptopt=${config}`, ...hooks, suite, aside, ...sources],
  ];
  try {
    const { status, error } = spawnSync(argv[0], argv.slice(1), { stdio: ['ignore', 'inherit', 'inherit'] });
    if (error?.code === 'ENOENT')
      throw new Error('mmdebstrap is missing. Install it: apt-get install mmdebstrap');
    if (status !== 0) throw new Error(`mmdebstrap of ${suite} failed with exit code ${status}`);
    output(['tar', '--list', '--file', aside, './etc/os-release'], { stdio: ['ignore', 'ignore', 'pipe'] });
    renameSync(aside, tarball);
  } finally {
    rmSync(aside, { force: true });
    rmSync(scratch, { recursive: true, force: true });
  }
}
