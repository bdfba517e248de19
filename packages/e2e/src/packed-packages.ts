import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from './nx-run.js';

/** The fields of package.json that these tests read. */
export interface Manifest {
  name: string;
  version: string;
  private?: boolean;
  license?: string;
  main?: string;
  types?: string;
  bin?: Record<string, string>;
  exports?: Record<string, string | Record<string, string>>;
  dependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  executors?: string;
  generators?: string;
  'nx-migrations'?: { migrations: string };
}

/** A package as it would be published. */
export interface PackedPackage {
  /** Its directory below packages/. */
  readonly directory: string;
  readonly manifest: Manifest;
  readonly tarball: string;
  /** Paths in the tarball, sorted. */
  readonly files: readonly string[];
}

const readManifest = (directory: string) =>
  JSON.parse(readFileSync(join(REPOSITORY, 'packages', directory, 'package.json'), 'utf8')) as Manifest;

/** Directories of all packages that are published. */
export const PUBLISHED = readdirSync(join(REPOSITORY, 'packages')).filter(
  (directory) =>
    existsSync(join(REPOSITORY, 'packages', directory, 'package.json')) &&
    readManifest(directory).private !== true,
);

/**
 * `npm pack` of every published package, in a copy: what packing lays into the packages is not to be seen by other tests.
 *
 * @param scratch an empty directory
 */
export function packAll(scratch: string): PackedPackage[] {
  const tarballs = join(scratch, 'tarballs');
  mkdirSync(tarballs);
  cpSync(join(REPOSITORY, 'workspace-configs'), join(scratch, 'workspace-configs'), { recursive: true });
  for (const directory of PUBLISHED) {
    cpSync(join(REPOSITORY, 'packages', directory), join(scratch, 'packages', directory), {
      recursive: true,
      filter: (source) => !source.endsWith('/node_modules'),
    });
  }
  const directories = PUBLISHED.map((directory) => `./packages/${directory}`);
  const output = execFileSync('npm', ['pack', '--json', `--pack-destination=${tarballs}`, ...directories], {
    cwd: scratch,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const packed = JSON.parse(output) as { name: string; filename: string; files: { path: string }[] }[];
  return PUBLISHED.map((directory) => {
    const manifest = readManifest(directory);
    const { filename, files } = packed.find(({ name }) => name === manifest.name)!;
    return {
      directory,
      manifest,
      tarball: join(tarballs, filename),
      files: files.map(({ path }) => path).sort(),
    };
  });
}
