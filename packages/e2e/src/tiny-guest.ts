import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A guest of 30 instructions: says `ready`, shows a prompt, and resets the PC when it is sent a line. Multiboot,
 * which QEMU boots without any firmware of a distribution (Multiboot Specification 0.6.96, 3.1.1).
 */
const GUEST = `
  .set port, 0x3f8
  .long 0x1BADB002, 0, -0x1BADB002
  .globl _start
_start:
  mov $text, %esi
next:
  lodsb
  test %al, %al
  jz wait
  mov %al, %bl
full:
  mov $(port + 5), %dx
  in %dx, %al
  test $0x20, %al
  jz full
  mov $port, %dx
  mov %bl, %al
  out %al, %dx
  jmp next
wait:
  pause
  mov $(port + 5), %dx
  in %dx, %al
  test $1, %al
  jz wait
  mov $port, %dx
  in %dx, %al
  cmp $10, %al
  jne wait
  mov $0xfe, %al
  out %al, $0x64
stop:
  hlt
  jmp stop
text:
  .asciz "ready\\r\\n/ # "
`;

/** Makes the kernel's image that guest. */
export function bootable(tree: string): void {
  writeFileSync(join(tree, 'guest.S'), GUEST);
  const makefile = readFileSync(join(tree, 'Makefile'), 'utf8');
  const image = makefile.replace(
    /^\t@\$\(CROSS_COMPILE\)objcopy -O binary .*$/m,
    '\t@$(CROSS_COMPILE)as --32 -o $(O)/guest.o $(srctree)/guest.S\n' +
      '\t@$(CROSS_COMPILE)ld -m elf_i386 -Ttext=0x100000 -o $(O)/$(boot-$(ARCH))/$@ $(O)/guest.o',
  );
  expect(image).not.toBe(makefile);
  writeFileSync(join(tree, 'Makefile'), image);
}

/** Assembles the guest by itself; the path of the image. */
export function writeGuest(directory: string, run: (program: string, args: string[]) => unknown): string {
  const [source, object, image] = ['guest.S', 'guest.o', 'guest'].map((name) => join(directory, name));
  writeFileSync(source!, GUEST);
  run('x86_64-linux-gnu-as', ['--32', '-o', object!, source!]);
  run('x86_64-linux-gnu-ld', ['-m', 'elf_i386', '-Ttext=0x100000', '-o', image!, object!]);
  return image!;
}
