import { parseLoadedImages } from './loaded-images.js';

it('reads what QEMU put into memory, and leaves out what has no address', () => {
  const text = [
    '/rom@etc/acpi/tables size=0x200000 name="etc/acpi/tables"',
    'addr=0000000040000000 size=0x000028 mem=ram name="bootloader"',
    'addr=0000000040200000 size=0x45d200 mem=ram name="/ws/dist/kernel/Image"',
  ].join('\r\n');
  expect(parseLoadedImages(text)).toEqual([
    { address: 0x40000000n, name: 'bootloader' },
    { address: 0x40200000n, name: '/ws/dist/kernel/Image' },
  ]);
});
