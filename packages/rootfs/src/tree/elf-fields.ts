/** Random access to a file's bytes; fewer than asked for at its end. */
export type ReadAt = (offset: number, length: number) => Buffer;

/** Reads the numbers of one ELF file, in its byte order and class. */
export interface ElfFields {
  /** Elf64, whose tables are laid out in another way than those of Elf32. */
  readonly wide: boolean;
  readonly half: (bytes: Buffer, at: number) => number;
  readonly word: (bytes: Buffer, at: number) => number;
  /** An address, an offset or a size: 8 bytes in Elf64, 4 in Elf32. */
  readonly native: (bytes: Buffer, at: number) => number;
}

/** elf(5), e_ident: EI_CLASS and EI_DATA. */
const CLASS_64 = 2;
const [LITTLE_ENDIAN, BIG_ENDIAN] = [1, 2];

/** How the numbers of an ELF file are to be read; undefined for another file. */
export function elfFields(read: ReadAt): ElfFields | undefined {
  const ident = read(0, 6);
  const order = ident[5];
  if (ident.toString('latin1', 0, 4) !== '\x7fELF') return undefined;
  if (order !== LITTLE_ENDIAN && order !== BIG_ENDIAN) return undefined;
  const little = order === LITTLE_ENDIAN;
  const wide = ident[4] === CLASS_64;
  const word = (bytes: Buffer, at: number) => (little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  return {
    wide,
    half: (bytes, at) => (little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at)),
    word,
    native: (bytes, at) => {
      if (!wide) return word(bytes, at);
      return Number(little ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
    },
  };
}
