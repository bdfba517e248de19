import { elfFields, type ElfFields, type ReadAt } from '../tree/elf-fields.js';

/** The contents of a kernel module's section `.modinfo` (linux/moduleparam.h). */
export interface Modinfo {
  /** As the kernel calls it: with `_`, never `-`. */
  name: string;
  /** The release of the kernel that it was built for: the first word of `vermagic`. */
  release: string;
  /** Release and what else must agree: `6.1.0 SMP preempt mod_unload aarch64`. */
  vermagic: string;
  /** Names of modules that it needs. */
  depends: string[];
  /** Modules that must be loaded before it, if they exist: `softdep: pre: x y`. */
  softDepends: string[];
  aliases: string[];
  /** Names of its parameters. */
  parameters: string[];
}

/** A module's file name without what it ends in, as the kernel calls it; undefined for another file. */
export function moduleName(path: string): string | undefined {
  const [, name] = /([^/]+)\.ko$/.exec(path) ?? [];
  return name?.replaceAll('-', '_');
}

/** Above what any module has; keeps a damaged header from asking for gigabytes. */
const MAX_BYTES = 1 << 20;

interface Section {
  name: number;
  offset: number;
  bytes: number;
}

/** Reads a module. @returns undefined for a file that is not a module: not an ELF file, damaged, or without `vermagic` */
export function readModinfo(read: ReadAt, path: string): Modinfo | undefined {
  try {
    const elf = elfFields(read);
    const fields = elf ? modinfoFields(read, elf) : [];
    const all = (key: string) => fields.flatMap(([name, value]) => (name === key ? [value] : []));
    const [vermagic] = all('vermagic');
    if (vermagic === undefined) return undefined;
    return {
      name: (all('name')[0] ?? moduleName(path) ?? path).replaceAll('-', '_'),
      release: vermagic.split(' ')[0]!,
      vermagic: vermagic.trim(),
      depends: words(all('depends').join(','), ','),
      softDepends: all('softdep').flatMap(softBefore),
      aliases: all('alias'),
      // A parameter without a description has its type only.
      parameters: [...new Set([...all('parmtype'), ...all('parm')].map((value) => value.split(':')[0]!))],
    };
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === 'ERR_OUT_OF_RANGE' || code === 'ERR_BUFFER_OUT_OF_BOUNDS') return undefined;
    throw error;
  }
}

function words(text: string, separator: string | RegExp): string[] {
  return text
    .split(separator)
    .filter((word) => word !== '')
    .map((word) => word.replaceAll('-', '_'));
}

/** `pre: a b post: c`: modprobe.d(5). */
function softBefore(text: string): string[] {
  const [, before = ''] = /(?:^|\s)pre:(.*?)(?:post:|$)/.exec(text) ?? [];
  return words(before, /\s+/);
}

function modinfoFields(read: ReadAt, elf: ElfFields): [key: string, value: string][] {
  const sections = readSections(read, elf);
  const names = sections[readHeader(read, elf).names];
  if (!names) return [];
  const section = sections.find(({ name }) => readText(read, names.offset + name) === '.modinfo');
  if (!section) return [];
  return read(section.offset, Math.min(section.bytes, MAX_BYTES))
    .toString('utf8')
    .split('\0')
    .flatMap((field): [string, string][] => {
      const at = field.indexOf('=');
      return at > 0 ? [[field.slice(0, at), field.slice(at + 1)]] : [];
    });
}

/** elf(5): where the table of sections is, and which of them has their names. */
function readHeader(read: ReadAt, { wide, half, native }: ElfFields) {
  const header = read(0, wide ? 64 : 52);
  const at = wide ? 58 : 46;
  return {
    offset: native(header, wide ? 40 : 32),
    entryBytes: half(header, at),
    count: half(header, at + 2),
    names: half(header, at + 4),
  };
}

function readSections(read: ReadAt, elf: ElfFields): Section[] {
  const { wide, word, native } = elf;
  const { offset, entryBytes, count } = readHeader(read, elf);
  if (entryBytes < (wide ? 64 : 40)) return [];
  const table = read(offset, Math.min(entryBytes * count, MAX_BYTES));
  return Array.from({ length: count }, (_, index) => {
    const at = index * entryBytes;
    return {
      name: word(table, at),
      offset: native(table, at + (wide ? 24 : 16)),
      bytes: native(table, at + (wide ? 32 : 20)),
    };
  });
}

function readText(read: ReadAt, offset: number): string {
  const bytes = read(offset, 64);
  const end = bytes.indexOf(0);
  return bytes.toString('latin1', 0, end < 0 ? bytes.length : end);
}
