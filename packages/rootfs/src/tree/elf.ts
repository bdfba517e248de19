import { elfFields, type ElfFields, type ReadAt } from './elf-fields.js';

/** The files that a dynamically linked program needs to start. */
interface ElfNeeds {
  /** PT_INTERP: the dynamic loader. */
  interpreter?: string;
  /** DT_NEEDED: names of shared libraries. */
  libraries: string[];
}

interface Segment {
  type: number;
  offset: number;
  address: number;
  bytes: number;
}

/** elf(5). */
const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const PT_INTERP = 3;
const DT_NULL = 0;
const DT_NEEDED = 1;
const DT_STRTAB = 5;
/** Above what any linker makes; keeps a damaged header from asking for gigabytes. */
const MAX_BYTES = 1 << 20;

/** How Node says that a field lies outside the file. */
const OUTSIDE = ['ERR_OUT_OF_RANGE', 'ERR_BUFFER_OUT_OF_BOUNDS'];

/** True for an ELF file of either byte order. */
export function isElf(read: ReadAt): boolean {
  return elfFields(read) !== undefined;
}

/** Reads program headers and dynamic section; `undefined` for what is damaged. */
export function readElfNeeds(read: ReadAt): ElfNeeds | undefined {
  try {
    const fields = elfFields(read);
    if (!fields) return undefined;
    const segments = readSegments(read, fields);
    const interp = segments.find((segment) => segment.type === PT_INTERP);
    const interpreter = interp && cString(read(interp.offset, Math.min(interp.bytes, MAX_BYTES)), 0);
    return { ...(interpreter && { interpreter }), libraries: readLibraries(read, fields, segments) };
  } catch (error) {
    if (OUTSIDE.includes((error as { code?: string }).code ?? '')) return undefined;
    throw error;
  }
}

function readSegments(read: ReadAt, { wide, half, word, native }: ElfFields): Segment[] {
  const header = read(0, wide ? 64 : 52);
  const offset = native(header, wide ? 32 : 28);
  const entryBytes = half(header, wide ? 54 : 42);
  const count = half(header, wide ? 56 : 44);
  if (entryBytes < (wide ? 56 : 32)) return [];
  const table = read(offset, Math.min(entryBytes * count, MAX_BYTES));
  return Array.from({ length: count }, (_, index) => {
    const at = index * entryBytes;
    const type = word(table, at);
    // The two classes order the fields differently: Elf64 has p_flags before p_offset.
    const number = (position64: number, position32: number) =>
      native(table, at + (wide ? position64 : position32));
    return { type, offset: number(8, 4), address: number(16, 8), bytes: number(32, 16) };
  });
}

function readLibraries(read: ReadAt, { wide, native }: ElfFields, segments: Segment[]): string[] {
  const dynamic = segments.find((segment) => segment.type === PT_DYNAMIC);
  if (!dynamic) return [];
  const table = read(dynamic.offset, Math.min(dynamic.bytes, MAX_BYTES));
  const word = wide ? 8 : 4;
  const names: number[] = [];
  let strings: number | undefined;
  for (let at = 0; at + 2 * word <= table.length; at += 2 * word) {
    const tag = native(table, at);
    if (tag === DT_NULL) break;
    if (tag === DT_NEEDED) names.push(native(table, at + word));
    if (tag === DT_STRTAB) strings = fileOffset(segments, native(table, at + word));
  }
  if (strings === undefined) return [];
  return names.map((name) => cString(read(strings + name, 256), 0)).filter((name) => name !== '');
}

/** DT_STRTAB is an address; the loadable segments say where it lies in the file. */
function fileOffset(segments: Segment[], address: number): number | undefined {
  const holder = segments.find(
    ({ type, address: start, bytes }) => type === PT_LOAD && address >= start && address < start + bytes,
  );
  return holder && holder.offset + address - holder.address;
}

function cString(bytes: Buffer, start: number): string {
  const end = bytes.indexOf(0, start);
  return bytes.toString('utf8', start, end < 0 ? bytes.length : end);
}
