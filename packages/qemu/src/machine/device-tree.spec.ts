import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dumpDeviceTree, type BareMachine } from '../index.js';

const directory = mkdtempSync(join(tmpdir(), 'bringup-dtb-spec-'));
afterAll(() => rmSync(directory, { recursive: true }));
const files = {
  blob: join(directory, 'a, b', 'machine.dtb'),
  source: join(directory, 'a, b', 'machine.dts'),
};
const dump = (machine: Partial<BareMachine>) => dumpDeviceTree({ arch: 'arm64', ...machine }, files);

it("writes the real QEMU's tree as blob and source", async () => {
  await dump({ smp: 2, memoryMiB: 128 });
  expect(readFileSync(files.blob).readUInt32BE(0)).toBe(0xd00dfeed);
  const source = readFileSync(files.source, 'utf8');
  expect(source).toContain('compatible = "linux,dummy-virt";');
  expect(source).toMatch(/memory@40000000 \{\s+reg = <0x00 0x40000000 0x00 0x8000000>;/);
  expect(source).toContain('cpu@1 {');
  expect(source).not.toContain('rng-seed');
});

it('shows what other options change', async () => {
  await dump({ extraArgs: ['-device', 'virtio-rng-device'], machine: 'virt,gic-version=3' });
  expect(readFileSync(files.source, 'utf8')).toContain('compatible = "arm,gic-v3";');
});

it('keeps what is there when QEMU refuses, and says what a PC has not', async () => {
  await dump({});
  const before = readFileSync(files.blob);
  await expect(dump({ machine: 'nosuch' })).rejects.toMatchObject({ code: 'TOOL_FAILED' });
  await expect(dump({ arch: 'x86_64' })).rejects.toMatchObject({ code: 'NO_DEVICE_TREE' });
  expect(readFileSync(files.blob).equals(before)).toBe(true);
  expect(existsSync(files.source)).toBe(true);
});
