/** Runs programs of a test as another user, who may be unable to read the clone, for example below /root. */
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { transformSync } from '@swc/core';

const OPTIONS = {
  jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
  module: { type: 'commonjs' },
  swcrc: false,
} as const;

/** Debian's nobody, by setpriv(1): the start of an argv. Only root can become another user. */
export const AS_NOBODY = [
  'setpriv',
  '--reuid=65534',
  '--regid=65534',
  '--clear-groups',
  '--no-new-privs',
] as const;

/**
 * Node for the user nobody: this one, or a copy of it where that user cannot run this one, for example below /root.
 *
 * @param place a directory that the user nobody can enter
 */
export function nodeForNobody(place: string): string {
  const [program, ...args] = [...AS_NOBODY, process.execPath, '--version'];
  if (spawnSync(program!, args, { cwd: '/' }).status === 0) return process.execPath;
  copyFileSync(process.execPath, join(place, 'node'));
  return join(place, 'node');
}

/**
 * Builds packages from their sources into another directory, with everything that they depend on.
 *
 * @param place a directory that the other user can enter; a script in it can `require('@bringup/NAME')`
 * @param names packages without their scope: `kbuild`
 */
export function buildPackages(place: string, names: readonly string[]): void {
  const built = new Set<string>();
  const build = (directory: string) => {
    if (built.has(directory)) return;
    built.add(directory);
    const isOwn = dirname(directory) === join(__dirname, 'packages');
    // The same layout, so that each package finds the same versions of others as in the clone.
    const target = join(place, relative(__dirname, directory));
    if (isOwn) compile(directory, target);
    else cpSync(directory, target, { recursive: true });
    const { dependencies = {} } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as {
      dependencies?: Record<string, string>;
    };
    for (const name of Object.keys(dependencies)) build(locate(name, directory));
  };
  for (const name of names) build(join(__dirname, 'packages', name));
  const scope = join(place, 'node_modules/@bringup');
  mkdirSync(scope, { recursive: true });
  for (const name of readdirSync(join(place, 'packages')))
    symlinkSync(join('../../packages', name), join(scope, name));
}

/** Where Node finds a dependency of the package in `directory`. */
function locate(name: string, directory: string): string {
  if (name.startsWith('@bringup/')) return join(__dirname, 'packages', name.slice('@bringup/'.length));
  for (let above = directory; above.startsWith(__dirname); above = dirname(above)) {
    const found = join(above, 'node_modules', name);
    if (existsSync(found)) return found;
  }
  throw new Error(`${name}, a dependency of ${directory}, is not installed`);
}

function compile(directory: string, target: string): void {
  const source = join(directory, 'src');
  for (const name of readdirSync(source, { recursive: true, encoding: 'utf8' })) {
    if (!/\.([tj]s|json)$/.test(name) || /\.spec\.ts$|(^|\/)testing\//.test(name)) continue;
    const output = join(target, 'dist', name.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(output), { recursive: true });
    if (name.endsWith('.json')) {
      cpSync(join(source, name), output);
      continue;
    }
    const filename = join(source, name);
    writeFileSync(output, transformSync(readFileSync(filename, 'utf8'), { ...OPTIONS, filename }).code);
  }
  cpSync(join(directory, 'package.json'), join(target, 'package.json'));
}
