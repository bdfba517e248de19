import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, normalize } from 'node:path';
import { syntaxError } from './macros.js';
import type { Place } from './model.js';

interface ResolveOptions {
  /** The sourcing file, for a name relative to it. */
  readonly relativeTo: string | undefined;
  /** Whether it is fine when there is no such file. */
  readonly optional: boolean;
  readonly place: Place;
}

const GLOB = /[*?[]/;

/** The Kconfig files of a tree: found as zconf_fopen() finds them, each read once. */
export class SourceFiles {
  private readonly texts = new Map<string, string>();

  /** @param directories where a relative name is looked for, in order: the object tree, the source tree */
  constructor(private readonly directories: readonly string[]) {}

  /** Every file read so far. */
  get names(): string[] {
    return [...this.texts.keys()];
  }

  /**
   * The files that a `source` statement names, by glob in alphabetical order.
   *
   * @throws UserError `KCONFIG_SYNTAX` when there is none and it is not optional
   */
  resolve(named: string, { relativeTo, optional, place }: ResolveOptions): string[] {
    const pattern = relativeTo === undefined ? named : join(dirname(relativeTo), named);
    const found = GLOB.test(pattern) ? this.glob(pattern) : this.locate(pattern) ? [pattern] : [];
    if (found.length > 0 || optional) return found;
    throw syntaxError(place, `can't open file "${pattern}" in ${this.directories.join(' or ')}`);
  }

  /** A file's text; CRLF is read as LF. */
  read(file: string, place: Place): string {
    let text = this.texts.get(file);
    if (text !== undefined) return text;
    const path = this.locate(file);
    if (!path) throw syntaxError(place, `can't open file "${file}" in ${this.directories.join(' or ')}`);
    text = readFileSync(path, 'utf8');
    if (text.includes('\r')) text = text.replaceAll('\r\n', '\n');
    this.texts.set(file, text);
    return text;
  }

  private locate(file: string): string | undefined {
    if (this.texts.has(file)) return file;
    const candidates = isAbsolute(file) ? [file] : this.directories.map((directory) => join(directory, file));
    return candidates.find((candidate) => existsSync(candidate));
  }

  private glob(pattern: string): string[] {
    const bases = isAbsolute(pattern) ? [''] : this.directories;
    const found = bases.flatMap((base) =>
      expandGlob(base, isAbsolute(pattern) ? '/' : '', segmentsOf(pattern)),
    );
    return [...new Set(found)].sort();
  }
}

function segmentsOf(pattern: string): string[] {
  return normalize(pattern)
    .split('/')
    .filter((segment) => segment !== '');
}

function expandGlob(base: string, prefix: string, [segment, ...rest]: readonly string[]): string[] {
  if (segment === undefined) return [];
  const matches = GLOB.test(segment)
    ? list(join(base, prefix || '.')).filter((name) => globExpression(segment).test(name))
    : [segment];
  const paths = matches.map((name) => join(prefix, name));
  if (rest.length > 0) return paths.flatMap((path) => expandGlob(base, path, rest));
  return paths.filter((path) => existsSync(join(base, path)));
}

function list(directory: string): string[] {
  return existsSync(directory) ? readdirSync(directory) : [];
}

/** One segment of glob(3): `*`, `?`, `[set]`, `[!set]`; none of them matches a leading dot. */
function globExpression(segment: string): RegExp {
  const source = segment.replace(/\[!?[^\]]+\]|[*?]|[\\^$.|+(){}[\]]/g, (part) => {
    if (part === '*') return '.*';
    if (part === '?') return '.';
    if (part.startsWith('[') && part.length > 1) return part.replace(/^\[!/, '[^').replaceAll('\\', '\\\\');
    return `\\${part}`;
  });
  return new RegExp(`^${/^[*?[]/.test(segment) ? '(?!\\.)' : ''}${source}$`);
}
