import type { SourceFile } from './model.js';

/** A record of a package list: field names as written, values with their folded lines. */
export type Stanza = ReadonlyMap<string, string>;

/** Reads what `apt-cache show` and `showsrc` print: stanzas of `Field: value` with folded lines, apart by empty lines. */
export function parseStanzas(text: string): Stanza[] {
  return text
    .split(/\n\s*\n/)
    .map((stanza) => {
      const fields = stanza.matchAll(/^([^\s:][^:\n]*):[ \t]*(.*(?:\n[ \t].*)*)/gm);
      return new Map([...fields].map(([, name = '', value = '']) => [name, value] as const));
    })
    .filter((fields) => fields.size > 0);
}

/** The files of a source package: the lines ` sha256 size name` of its `Checksums-Sha256`. */
export function parseChecksums(value: string): SourceFile[] {
  return [...value.matchAll(/^\s*([0-9a-f]{64})\s+(\d+)\s+([^\s/]+)\s*$/gm)].map(
    ([, sha256 = '', size = '', name = '']) => ({
      name,
      size: Number(size),
      sha256,
    }),
  );
}
