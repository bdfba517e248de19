import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseBuildIds, parseReadelf, readBuildIds, readElf } from './elf.js';

const VMLINUX = `ELF Header:
  Type:                              EXEC (Executable file)
  Machine:                           AArch64
  Entry point address:               0xffffffc008000000

Section Headers:
  [Nr] Name              Type            Address          Off    Size   ES Flg Lk Inf Al
  [ 0]                   NULL            0000000000000000 000000 000000 00      0   0  0
  [ 1] .head.text        PROGBITS        ffffffc008000000 010000 010000 00  AX  0   0 65536
  [12] .notes            NOTE            ffffffc008361878 371878 000054 00   A  0   0  4
  [25] .debug_info       PROGBITS        0000000000000000 47b5f0 27516e7 00      0   0  1
  [34] .symtab           SYMTAB          0000000000000000 39b0f70 121d70 18     35 38754  8

Program Headers:
  Type           Offset   VirtAddr           PhysAddr           FileSiz  MemSiz   Flg Align
  LOAD           0x010000 0xffffffc008000000 0xffffffc008000000 0x45d200 0x4a4500 RWE 0x10000
  NOTE           0x371878 0xffffffc008361878 0xffffffc008361878 0x000054 0x000054 R   0x4

Displaying notes found in: .notes
  Owner                Data size 	Description
  GNU                  0x00000014	NT_GNU_BUILD_ID (unique build ID bitstring)	    Build ID: 0d8c86a7bfa02229c9cd780121be95a212d4179e
`;

it('reads what readelf prints of a kernel', () => {
  expect(parseReadelf(VMLINUX)).toEqual({
    machine: 'AArch64',
    entry: 0xffffffc008000000n,
    sections: [
      { name: '.head.text', address: 0xffffffc008000000n, size: 0x10000n },
      { name: '.notes', address: 0xffffffc008361878n, size: 0x54n },
      { name: '.debug_info', address: 0n, size: 0x27516e7n },
      { name: '.symtab', address: 0n, size: 0x121d70n },
    ],
    segments: [{ virtual: 0xffffffc008000000n, physical: 0xffffffc008000000n }],
    buildId: '0d8c86a7bfa02229c9cd780121be95a212d4179e',
    hasSymbols: true,
    hasDebugInfo: true,
  });
});

it('sees that there is neither debug information nor a symbol table', () => {
  const stripped = VMLINUX.replace(/^.*(debug_info|symtab).*$/gm, '');
  expect(parseReadelf(stripped)).toMatchObject({ hasSymbols: false, hasDebugInfo: false });
});

it('reads the build ids of several files', () => {
  const note = (id: string) => `\n  GNU  0x14\tNT_GNU_BUILD_ID\n    Build ID: ${id}\n`;
  const text = `\nFile: a/one.ko\n${note('01ab')}\nFile: b/none.ko\n\nFile: b/two.ko\n${note('02cd')}`;
  expect(parseBuildIds(text)).toEqual([
    { path: 'a/one.ko', buildId: '01ab' },
    { path: 'b/two.ko', buildId: '02cd' },
  ]);
});

describe('with the real readelf', () => {
  const directory = mkdtempSync(join(tmpdir(), 'bringup-elf-'));
  const [source, object] = [join(directory, 'a.s'), join(directory, 'a.out')];
  afterAll(() => rmSync(directory, { recursive: true }));

  it('reads a program, and its build id', async () => {
    writeFileSync(source, '.globl _start\n_start: nop\n');
    const args = [
      '-g',
      '-nostdlib',
      '-static',
      '-Wl,--build-id=0x0011223344556677889900112233445566778899',
      '-o',
      object,
      source,
    ];
    expect(spawnSync('gcc', args).status).toBe(0);
    const facts = await readElf(object);
    expect(facts).toMatchObject({
      buildId: '0011223344556677889900112233445566778899',
      hasSymbols: true,
      hasDebugInfo: true,
    });
    expect(facts.entry).toBe(facts.sections.find(({ name }) => name === '.text')!.address);
    expect(await readBuildIds([object])).toEqual([
      { path: object, buildId: '0011223344556677889900112233445566778899' },
    ]);
    expect(await readBuildIds([])).toEqual([]);
  });

  it('refuses a file that is not an ELF file', async () => {
    await expect(readElf(source)).rejects.toMatchObject({ code: 'NOT_ELF', fields: { file: source } });
  });
});
